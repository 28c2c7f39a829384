package dev.coppice.worlds.load;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.replay.SelfPlayedEnvironment;
import dev.coppice.episode.Dialect;
import dev.coppice.episode.Episode;
import dev.coppice.model.PathPolicy;
import dev.coppice.model.Tokenizer;
import dev.coppice.trajectory.Task;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Plays recorded rollouts again, as a load for scheduler and cache that needs no model.
 *
 * <p>Prompts, turns and observations have as many tokens as the recorded texts have characters over
 * four, and share prefixes where those do; a tool takes as long as it was recorded to take, over the
 * speed. Every branch of a tree goes the recorded way.
 *
 * @thread immutable but for the histogram, any thread
 */
public final class LoadEnvironment implements SelfPlayedEnvironment {
  /** The name of this environment. */
  public static final String NAME = "replay-load";

  /** The speed of an environment that is given none. */
  public static final double DEFAULT_SPEED = 1_000;

  private static final int DIGITS = 3;

  private final ChunkTokenizer tokenizer = new ChunkTokenizer();
  private final List<RecordedRollout> rollouts;
  private final List<String> prompts = new ArrayList<>();
  private final List<int[]> sequences = new ArrayList<>();
  private final double speed;
  private final Histogram late = new ConcurrentHistogram(DIGITS);

  /**
   * Reads the rollouts.
   *
   * @param folder with {@code *.jsonl} files of one rollout a line.
   * @param speed by which recorded times are divided, more than 0.
   * @throws IllegalArgumentException if there is no rollout, or one is broken.
   */
  public LoadEnvironment(final Path folder, final double speed) {
    if (!(speed > 0) || Double.isInfinite(speed)) {
      throw new IllegalArgumentException("replay-load: speed must be more than 0: speed=" + speed);
    }
    this.speed = speed;
    rollouts = RolloutFiles.read(folder);
    for (final RecordedRollout rollout : rollouts) {
      // The number at its end tells the rollout from others with the same prompt.
      final String prompt =
          tokenizer.piece(tokenizer.beginToken())
              + ChunkTokenizer.chunks(rollout.prompt())
              + ChunkTokenizer.number(prompts.size());
      prompts.add(prompt);
      sequences.add(tokenizer.encode(whole(prompt, rollout)));
    }
  }

  private static String whole(final String prompt, final RecordedRollout rollout) {
    final StringBuilder whole = new StringBuilder(prompt);
    for (final RecordedRollout.Turn turn : rollout.turns()) {
      whole.append(ChunkTokenizer.chunks(turn.said()));
      if (!turn.observed().isEmpty()) {
        whole.append(ChunkTokenizer.CALL_OPEN).append(ChunkTokenizer.CALL_CLOSE);
        whole.append(ChunkTokenizer.chunks(turn.observed()));
      }
    }
    return whole.toString();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Dialect dialect() {
    return new Dialect(ChunkTokenizer.CALL_OPEN, ChunkTokenizer.CALL_CLOSE, "", "");
  }

  @Override
  public int taskCount() {
    return rollouts.size();
  }

  @Override
  public Task task(final int index) {
    final RecordedRollout rollout = rollouts.get(index);
    return new Task(
        NAME + "/" + rollout.id(),
        CanonicalJson.write(
            Map.of(
                "index",
                index,
                "tokens",
                sequences.get(index).length,
                "turns",
                rollout.turns().size())));
  }

  @Override
  public Episode start(final Task task, final long seed) {
    if (!(CanonicalJson.read(task.input()).get("index") instanceof Integer index)) {
      throw new IllegalArgumentException("a task of replay-load has an index: " + task.id());
    }
    return new LoadEpisode(this, rollouts.get(index), prompts.get(index));
  }

  @Override
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  @Override
  public PathPolicy policy() {
    return new LoadPolicy(sequences, tokenizer);
  }

  /** Returns a block more than the longest rollout, so that its end can be drawn. */
  @Override
  public int contextTokens() {
    return sequences.stream().mapToInt(sequence -> sequence.length).max().orElse(0) + 1_024;
  }

  /**
   * Counts rollouts by how their gaps are known.
   *
   * @return counts by {@code recorded}, {@code bounded} and {@code assumed}.
   */
  public Map<String, Integer> times() {
    final Map<RecordedRollout.Times, Integer> counts = new EnumMap<>(RecordedRollout.Times.class);
    rollouts.forEach(rollout -> counts.merge(rollout.times(), 1, Integer::sum));
    final Map<String, Integer> named = new TreeMap<>();
    counts.forEach((times, count) -> named.put(times.name().toLowerCase(Locale.ROOT), count));
    return named;
  }

  long scaledNs(final long gapNs) {
    return (long) (gapNs / speed);
  }

  /** Returns how much later than asked tools woke up, in nanoseconds. */
  Histogram late() {
    return late;
  }

  List<int[]> sequences() {
    return sequences;
  }
}
