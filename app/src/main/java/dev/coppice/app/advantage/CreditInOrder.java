package dev.coppice.app.advantage;

import dev.coppice.bridge.trace.CreditBlock;
import dev.coppice.credit.AdvantageEstimator;
import dev.coppice.credit.SharesInOrder;
import dev.coppice.credit.forest.LearningFormula;
import dev.coppice.rollout.GroupResult;
import dev.coppice.trajectory.TrajectoryGroup;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * Gives finished groups their credit, holding those that must wait for what older ones tell.
 *
 * <p>Groups end in any order; an estimator that learns scores group g with what is learned after group
 * {@code g - behind}, so that the same groups get the same credit on every machine. Where nothing
 * learns nothing waits.
 *
 * @thread one.
 */
public final class CreditInOrder {
  private final CreditAssigner credit;
  private final Map<String, SharesInOrder> learning = new LinkedHashMap<>();
  private final Deque<GroupResult> held = new ArrayDeque<>();
  private BiConsumer<GroupResult, Map<String, String>> keep = (result, told) -> {};

  /**
   * Begins with the first group of an arm.
   *
   * @param credit that scores.
   * @param groupsInFlight the most groups that grow at a time, as configured.
   */
  public CreditInOrder(final CreditAssigner credit, final int groupsInFlight) {
    // Coalesced groups have few rows: up to twice as many grow at a time.
    this(credit, 2 * groupsInFlight, null);
  }

  /**
   * Begins with the first group of a fleet, some of whose groups end on other engines.
   *
   * @param credit that scores.
   * @param behind numbers between a group and the newest it learns from, where an estimator's own
   *     options do not say.
   * @param history says what a group told of which {@link #learn} or {@link #take} heard.
   * @return credit that learns by number.
   */
  public static CreditInOrder ofFleet(
      final CreditAssigner credit,
      final int behind,
      final LongFunction<Map<String, String>> history) {
    return new CreditInOrder(credit, behind, history);
  }

  private CreditInOrder(
      final CreditAssigner credit,
      final int unasked,
      final LongFunction<Map<String, String>> history) {
    this.credit = credit;
    for (final AdvantageEstimator estimator : credit.estimators()) {
      final Map<String, String> options = estimator.options();
      if (options.containsKey(LearningFormula.SHARES)) {
        final int asked = Integer.parseInt(options.get(LearningFormula.BEHIND));
        final int behind = asked == 0 ? unasked : asked;
        final String start = options.get(LearningFormula.SHARES);
        final String name = estimator.name();
        final LongFunction<String> told =
            history == null ? null : group -> history.apply(group).getOrDefault(name, "");
        learning.put(name, new SharesInOrder(estimator, behind, start, told));
      }
    }
  }

  /**
   * Returns whether anything is learned from group to group.
   *
   * @return false where every group can be scored at once.
   */
  public boolean learns() {
    return !learning.isEmpty();
  }

  /**
   * Takes what a group told that an earlier session scored, or that was dropped.
   *
   * @param number of the group.
   * @param told by the estimators that learn, by name; empty for a dropped group.
   */
  public void restore(final long number, final Map<String, String> told) {
    learning.forEach((name, shares) -> shares.add(number, told.getOrDefault(name, "")));
  }

  /**
   * Checks what a group with trees told on another engine.
   *
   * @param number of the group.
   * @param told by the estimators that learn, by name.
   * @throws IllegalArgumentException if an estimator is missing, or cannot learn from its text.
   */
  public void check(final long number, final Map<String, String> told) {
    for (final AdvantageEstimator estimator : credit.estimators()) {
      if (!learning.containsKey(estimator.name())) {
        continue;
      }
      final String text = told.get(estimator.name());
      try {
        if (text == null) {
          throw new IllegalArgumentException("it is missing");
        }
        estimator.advance("", text);
      } catch (final RuntimeException e) {
        throw new IllegalArgumentException(
            "what the group told its estimator is no use: group="
                + number
                + " estimator="
                + estimator.name()
                + ": "
                + e.getMessage(),
            e);
      }
    }
  }

  /**
   * Takes what a group told that ended on another engine, and passes on all groups that can be scored
   * now.
   *
   * @param number of the group.
   * @param told by the estimators that learn, by name; empty for a group that nobody grew.
   * @param scored told of groups to be scored with {@link #score}, in the order they came.
   */
  public void learn(
      final long number, final Map<String, String> told, final Consumer<GroupResult> scored) {
    restore(number, told);
    release(scored);
  }

  /**
   * Keeps what groups tell, where no traces do.
   *
   * @param to told of every group, before it is scored.
   */
  public void keepIn(final BiConsumer<GroupResult, Map<String, String>> to) {
    keep = to;
  }

  /**
   * Says what a group told, as its blocks have it.
   *
   * @param blocks of one tree.
   * @return texts by the names of the estimators that learn.
   */
  public static Map<String, String> told(final List<CreditBlock> blocks) {
    final Map<String, String> told = new HashMap<>();
    for (final CreditBlock block : blocks) {
      final String pairs = block.options().get(LearningFormula.PAIRS);
      if (pairs != null) {
        told.put(block.estimator(), pairs);
      }
    }
    return told;
  }

  /**
   * Takes a finished group and passes on all groups that can be scored now.
   *
   * @param result of the group; one without trees tells nothing and is passed on at once.
   * @param scored told of groups to be scored with {@link #score}, in the order they came.
   */
  public void take(final GroupResult result, final Consumer<GroupResult> scored) {
    final Map<String, String> told = observe(result);
    keep.accept(result, told);
    restore(result.request().index(), told);
    held.add(result);
    release(scored);
  }

  private Map<String, String> observe(final GroupResult result) {
    final Map<String, String> told = new HashMap<>();
    if (!result.group().trees().isEmpty()) {
      for (final AdvantageEstimator estimator : credit.estimators()) {
        if (learning.containsKey(estimator.name())) {
          final AdvantageEstimator planned = estimator.with(plan(estimator, result));
          told.put(estimator.name(), planned.observe(result.group()));
        }
      }
    }
    return told;
  }

  private void release(final Consumer<GroupResult> scored) {
    final List<GroupResult> waiting = new ArrayList<>(held);
    held.clear();
    for (final GroupResult result : waiting) {
      if (isReady(result)) {
        scored.accept(result);
      } else {
        held.add(result);
      }
    }
  }

  private boolean isReady(final GroupResult result) {
    final long number = result.request().index();
    return result.group().trees().isEmpty()
        || learning.values().stream().allMatch(shares -> shares.isReady(number));
  }

  /** A turn the user names wins over the environment's plan. */
  private static Map<String, String> plan(
      final AdvantageEstimator estimator, final GroupResult result) {
    final boolean open = "-1".equals(estimator.options().get(LearningFormula.DECISION));
    return open
        ? Map.of(LearningFormula.DECISION, Integer.toString(result.decisionTurn()))
        : Map.of();
  }

  /**
   * Scores a group that was passed on.
   *
   * @param result of the group.
   * @return for each tree in order, one block per estimator.
   */
  public List<List<CreditBlock>> score(final GroupResult result) {
    final TrajectoryGroup group = result.group();
    final List<AdvantageEstimator> now = new ArrayList<>();
    for (final AdvantageEstimator estimator : credit.estimators()) {
      final SharesInOrder shares = learning.get(estimator.name());
      now.add(
          shares == null
              ? estimator
              : shares.at(result.request().index(), plan(estimator, result)));
    }
    return new CreditAssigner(now).score(group);
  }

  /**
   * Counts the groups that wait for older ones.
   *
   * @return 0 once all groups up to the newest have ended.
   */
  public int waiting() {
    return held.size();
  }
}
