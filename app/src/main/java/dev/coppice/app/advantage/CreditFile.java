package dev.coppice.app.advantage;

import dev.coppice.app.config.ConfigException;
import dev.coppice.bridge.trace.TraceGroup;
import dev.coppice.bridge.trace.TraceReader;
import dev.coppice.bridge.wire.GroupNumbers;
import dev.coppice.credit.AdvantageEstimator;
import dev.coppice.credit.forest.LearningFormula;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Knows what each group of a trace file is scored with, where an estimator learns from group to group.
 *
 * <p>Groups tell in the order of their numbers, whatever their order in the file: a first pass over
 * the file gathers what they tell. Groups of one number tell in the order of the file.
 *
 * @thread one.
 */
public final class CreditFile {
  private final AdvantageEstimator estimator;
  private final NavigableMap<Long, String> learnedAfter = new TreeMap<>();
  private final long behind;
  private final String start;
  private String learned;

  private CreditFile(final AdvantageEstimator estimator) {
    final Map<String, String> options = estimator.options();
    this.estimator = estimator;
    behind = Math.max(1, Long.parseLong(options.getOrDefault(LearningFormula.BEHIND, "1")));
    start = options.getOrDefault(LearningFormula.SHARES, "");
    learned = start;
  }

  /**
   * Reads what the groups of a file tell, if the estimator learns from it.
   *
   * @param estimator that scores.
   * @param traces file of traces.
   * @return what is learned after each group.
   */
  public static CreditFile of(final AdvantageEstimator estimator, final Path traces) {
    final CreditFile file = new CreditFile(estimator);
    if (estimator.options().containsKey(LearningFormula.SHARES)) {
      final NavigableMap<Long, List<String>> told = new TreeMap<>();
      try (TraceReader reader = new TraceReader(traces)) {
        for (TraceGroup group = reader.nextGroup(); group != null; group = reader.nextGroup()) {
          told.computeIfAbsent(GroupNumbers.ofId(group.group().id()), number -> new ArrayList<>())
              .add(estimator.observe(group.group()));
        }
      }
      told.forEach(file::learn);
    }
    return file;
  }

  private void learn(final long number, final List<String> told) {
    for (final String text : told) {
      learned = estimator.advance(learned, text);
    }
    learnedAfter.put(number, learned);
  }

  /**
   * Makes the estimator a group is scored with.
   *
   * @param group the id of the group.
   * @return the estimator, with what the groups before told.
   */
  public AdvantageEstimator at(final String group) {
    if (learnedAfter.isEmpty()) {
      return estimator;
    }
    final Map.Entry<Long, String> last = learnedAfter.floorEntry(GroupNumbers.ofId(group) - behind);
    final Map<String, String> options = new HashMap<>();
    options.put(LearningFormula.SHARES, last == null ? start : last.getValue());
    options.put(LearningFormula.BEHIND, Long.toString(behind));
    return estimator.with(options);
  }

  /**
   * Begins with what an earlier call learned, if the file is there.
   *
   * @param estimator that scores.
   * @param state file of an earlier call.
   * @return the estimator, warm.
   */
  public static AdvantageEstimator warm(final AdvantageEstimator estimator, final Path state) {
    if (!estimator.options().containsKey(LearningFormula.SHARES)) {
      throw new ConfigException(
          "--state is for estimators that learn from group to group, not for " + estimator.name());
    }
    if (!Files.exists(state)) {
      return estimator;
    }
    try {
      final String text = Files.readString(state, StandardCharsets.UTF_8).strip();
      return estimator.with(Map.of(LearningFormula.SHARES, text));
    } catch (final IOException e) {
      throw new ConfigException("cannot read " + state + ": " + e.getMessage());
    } catch (final IllegalArgumentException e) {
      throw new ConfigException(
          state + " is no state of " + estimator.name() + ": " + e.getMessage());
    }
  }

  /**
   * Keeps what was learned for the next call.
   *
   * @param state file to write.
   */
  public void save(final Path state) {
    try {
      Files.writeString(state, learned + "\n", StandardCharsets.UTF_8);
    } catch (final IOException e) {
      throw new UncheckedIOException("cannot write " + state, e);
    }
  }
}
