package dev.coppice.bench.creditcheck;

import dev.coppice.app.advantage.CreditAssigner;
import dev.coppice.app.folder.StoredGroup;
import dev.coppice.bridge.trace.CreditBlock;
import dev.coppice.credit.AdvantageEstimator;
import dev.coppice.credit.GroupAdvantages;
import dev.coppice.rollout.TreeLedger;
import dev.coppice.trajectory.TrajectoryGroup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures the noise of estimators' gradients over the groups of a run.
 *
 * <p>The gradient is that of all weights of the model. A task takes part with at least {@link
 * GradientNoise#LEAST_GROUPS} scored groups, of which at most {@link #MOST_GROUPS} are used.
 *
 * @thread one.
 */
final class GradientCheck {
  /** More groups of a task take long and say little more. */
  static final int MOST_GROUPS = 4;

  private final Map<String, List<StoredGroup>> tasks = new LinkedHashMap<>();
  private long computed;
  private long groups;

  /** Adds a group of the arm. */
  void add(final StoredGroup stored) {
    groups++;
    for (final TreeLedger ledger : stored.ledgers()) {
      computed += ledger.prefilledTokens() + ledger.decodedTokens() + ledger.discardedTokens();
    }
    final TrajectoryGroup group = stored.group();
    if (!Double.isNaN(GroupGradient.meanReward(group))) {
      final List<StoredGroup> of =
          tasks.computeIfAbsent(group.task().id(), task -> new ArrayList<>());
      if (of.size() < MOST_GROUPS) {
        of.add(stored);
      }
    }
  }

  /** Counts the tasks with enough groups. */
  int tasks() {
    return (int) tasks.values().stream().filter(GradientCheck::isEnough).count();
  }

  private static boolean isEnough(final List<StoredGroup> groups) {
    return groups.size() >= GradientNoise.LEAST_GROUPS;
  }

  /** Returns what a group of the arm cost on average. */
  double tokensPerGroup() {
    return computed / (double) groups;
  }

  /**
   * Computes the gradients.
   *
   * @param model folder of the weights the traces were sampled with.
   * @param temperature they were sampled at.
   * @param estimators to check.
   * @param most tasks to take, those with enough groups in their order.
   * @return one noise per estimator.
   */
  List<GradientNoise> run(
      final Path model,
      final double temperature,
      final List<AdvantageEstimator> estimators,
      final int most) {
    final List<GradientNoise> noises = new ArrayList<>();
    estimators.forEach(estimator -> noises.add(new GradientNoise()));
    try (GroupGradient gradient = GroupGradient.open(model, temperature)) {
      int taken = 0;
      for (final List<StoredGroup> task : tasks.values()) {
        if (isEnough(task) && taken++ < most) {
          add(task, gradient, estimators, noises);
        }
      }
    }
    return noises;
  }

  private static void add(
      final List<StoredGroup> task,
      final GroupGradient gradient,
      final List<AdvantageEstimator> estimators,
      final List<GradientNoise> noises) {
    final List<TrajectoryGroup> trees = task.stream().map(StoredGroup::group).toList();
    final GradientNoise.Plain plain =
        new GradientNoise.Plain(
            trees.stream().map(gradient::rewarded).toList(),
            trees.stream().map(gradient::score).toList(),
            trees.stream().mapToDouble(GroupGradient::meanReward).toArray());
    for (int e = 0; e < estimators.size(); e++) {
      final CreditAssigner credit = new CreditAssigner(List.of(estimators.get(e)));
      noises
          .get(e)
          .add(plain, task.stream().map(stored -> gradient.of(estimate(credit, stored))).toList());
    }
  }

  /** Scores a group with what had been learned when the run scored it. */
  private static GroupAdvantages estimate(final CreditAssigner credit, final StoredGroup stored) {
    final List<CreditBlock> blocks = stored.trees().getFirst().trace().credit();
    return credit.asIn(blocks).estimators().getFirst().estimate(stored.group());
  }
}
