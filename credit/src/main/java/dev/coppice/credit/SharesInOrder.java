package dev.coppice.credit;

import dev.coppice.credit.forest.LearningFormula;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.LongFunction;

/**
 * Carries what an estimator learns from group to group in the order of group numbers, whatever the
 * order they end in.
 *
 * <p>Group g is scored with what is learned after group {@code g - behind}, so that it depends neither
 * on the machine nor on who was faster. Until all groups up to that one have told, g has to wait.
 *
 * @thread one.
 * @cost O(behind) texts.
 */
public final class SharesInOrder {
  private final AdvantageEstimator estimator;
  private final long behind;
  private final String start;
  private final Map<Long, String> waiting = new HashMap<>();
  private final NavigableMap<Long, String> after = new TreeMap<>();
  private final LongFunction<String> history;
  private long next;
  private String learned;

  /**
   * Begins with group 0; a group that comes again long after others is not scored.
   *
   * @param estimator that learns.
   * @param behind groups between a group and the newest it learns from, at least 1.
   * @param start what is known before, empty for nothing.
   */
  public SharesInOrder(final AdvantageEstimator estimator, final int behind, final String start) {
    this(estimator, behind, start, null);
  }

  /**
   * Begins with group 0.
   *
   * @param estimator that learns.
   * @param behind groups between a group and the newest it learns from, at least 1.
   * @param start what is known before, empty for nothing.
   * @param history says what a group of all those taken told, so that one long past can be scored
   *     again; null where none is.
   */
  public SharesInOrder(
      final AdvantageEstimator estimator,
      final int behind,
      final String start,
      final LongFunction<String> history) {
    if (behind < 1) {
      throw new IllegalArgumentException("behind must be at least 1: behind=" + behind);
    }
    this.estimator = estimator;
    this.behind = behind;
    this.start = start;
    this.history = history;
    this.learned = start;
  }

  /**
   * Takes what a group told; taken twice, it counts once.
   *
   * @param number of the group.
   * @param observed what it told, empty for a group that was dropped.
   */
  public void add(final long number, final String observed) {
    if (number >= next) {
      waiting.put(number, observed);
    }
    for (String told = waiting.remove(next); told != null; told = waiting.remove(next)) {
      learned = estimator.advance(learned, told);
      after.put(next, learned);
      next++;
    }
    after.headMap(next - 1 - 2 * behind, false).clear();
  }

  /**
   * Returns whether all groups have told that a group learns from.
   *
   * @param number of the group.
   * @return true if it can be scored.
   */
  public boolean isReady(final long number) {
    return number - behind < next;
  }

  /**
   * Returns what a group is scored with.
   *
   * @param number of a group that is ready, and not long past where there is no history.
   * @return what was learned before it.
   */
  public String before(final long number) {
    final long last = number - behind;
    String known = last < 0 ? start : after.get(last);
    if (known == null && last < next && history != null) {
      known = start;
      for (long group = 0; group <= last; group++) {
        known = estimator.advance(known, history.apply(group));
      }
    }
    if (known == null) {
      throw new IllegalStateException("group is not ready or long past: number=" + number);
    }
    return known;
  }

  /**
   * Makes the estimator a group is scored with.
   *
   * @param number of a group that is ready.
   * @param options that hold for this group alone, by name.
   * @return the estimator.
   */
  public AdvantageEstimator at(final long number, final Map<String, String> options) {
    final Map<String, String> all = new HashMap<>(options);
    all.put(LearningFormula.SHARES, before(number));
    all.put(LearningFormula.BEHIND, Long.toString(behind));
    return estimator.with(all);
  }

  /**
   * Returns what is learned from all groups without a gap.
   *
   * @return a text to go on from.
   */
  public String learned() {
    return learned;
  }
}
