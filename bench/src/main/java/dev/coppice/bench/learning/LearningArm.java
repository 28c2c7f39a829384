package dev.coppice.bench.learning;

import dev.coppice.app.train.LocalRollouts;
import dev.coppice.app.train.LoopSettings;
import dev.coppice.credit.forest.LearningFormula;
import dev.coppice.credit.shared.SharedTokenRule;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.scheduling.BranchingPolicy;
import dev.coppice.scheduling.ChainPolicy;
import dev.coppice.scheduling.EntropyPolicy;
import dev.coppice.scheduling.FixedPolicy;
import dev.coppice.scheduling.TreeGrpoPolicy;
import dev.coppice.trajectory.SamplingSettings;
import java.util.List;
import java.util.Map;

/**
 * Names a way to spend computed tokens and to give credit.
 *
 * @param name of the arm.
 * @param shape of its groups.
 * @param credit that scores them.
 * @param groupTokens first guess of what a group costs.
 */
public record LearningArm(
    String name, LocalRollouts.Shape shape, LoopSettings.Credit credit, long groupTokens) {
  /** Names the policy that nothing has trained yet. */
  static final String START = "start";

  /** The arms there are. */
  static final List<String> NAMES =
      List.of(
          START,
          "grpo-chains",
          "rloo-chains",
          "tree-grpo",
          "coppice-trees",
          "grpo-trees",
          "coalesced-chains",
          "systematic-chains",
          "systematic-forks");

  private static final int LEAVES = 8;

  /** One group of eight tells by independent pairs how much each turn decides, as in a run. */
  private static final EngineConfig.Coalescing SYSTEMATIC =
      EngineConfig.Coalescing.SYSTEMATIC.withIndependent(8);

  /**
   * Tells whether nothing is trained.
   *
   * @return true for the start itself.
   */
  boolean isStart() {
    return name.equals(START);
  }

  /**
   * Finds the arm of a name.
   *
   * @param name one of {@link #NAMES}; a trailing {@code xN} gives a group N trees, of chains N samples.
   * @param task to be learned.
   * @return the arm.
   * @throws IllegalArgumentException if there is no such arm.
   */
  public static LearningArm of(final String name, final LearningTask task) {
    final int mark = name.lastIndexOf('x');
    final boolean counted = mark > 0 && name.substring(mark + 1).matches("[1-9][0-9]{0,3}");
    final int trees = counted ? Integer.parseInt(name.substring(mark + 1)) : 0;
    final String base = counted ? name.substring(0, mark) : name;
    return switch (base) {
      case START, "grpo-chains" -> chains(name, "grpo", task, trees);
      case "rloo-chains" -> chains(name, "rloo", task, trees);
      case "tree-grpo" -> treeGrpo(name, task);
      case "coppice-trees" ->
          forking(name, credit("coppice", SharedTokenRule.WEIGHTED), task, Math.max(1, trees));
      case "grpo-trees" ->
          forking(name, credit("grpo", SharedTokenRule.TRAIN_ONCE), task, Math.max(1, trees));
      case "coalesced-chains" ->
          shared(name, new ChainPolicy(), EngineConfig.Coalescing.INDEPENDENT, task, trees);
      case "systematic-chains" -> shared(name, new ChainPolicy(), SYSTEMATIC, task, trees);
      case "systematic-forks" -> shared(name, atDecision(), SYSTEMATIC, task, Math.max(1, trees));
      default ->
          throw new IllegalArgumentException(
              "no such arm: arm=" + name + "; known are " + String.join(", ", NAMES));
    };
  }

  private static LearningArm chains(
      final String name, final String estimator, final LearningTask task, final int trees) {
    final int leaves = trees == 0 ? LEAVES : trees;
    return new LearningArm(
        name,
        new LocalRollouts.Shape(new ChainPolicy(), leaves, SamplingSettings.PLAIN),
        credit(estimator, SharedTokenRule.TRAIN_ONCE),
        task.tokens(LearningTask.Growth.APART, leaves));
  }

  private static LearningArm treeGrpo(final String name, final LearningTask task) {
    final boolean drawers = task == LearningTask.DRAWERS;
    final TreeGrpoPolicy policy = drawers ? new TreeGrpoPolicy(3, 1) : new TreeGrpoPolicy(1, 1);
    return new LearningArm(
        name,
        new LocalRollouts.Shape(policy, drawers ? 2 : 4, SamplingSettings.PLAIN),
        credit("tree-grpo", SharedTokenRule.TRAIN_ONCE),
        task.tokens(LearningTask.Growth.APART, 5));
  }

  private static LearningArm forking(
      final String name,
      final LoopSettings.Credit credit,
      final LearningTask task,
      final int trees) {
    final BranchingPolicy policy =
        task == LearningTask.COUNTDOWN
            ? new FixedPolicy(
                List.of(FixedPolicy.Place.parse("0:4"), FixedPolicy.Place.parse("1:2")))
            : new EntropyPolicy(0.3, new int[] {LEAVES});
    return new LearningArm(
        name,
        new LocalRollouts.Shape(policy, trees, SamplingSettings.PLAIN),
        credit,
        task.tokens(LearningTask.Growth.TREES, trees));
  }

  /** Samples share what they have in common and learn by {@code turn-share}. */
  private static LearningArm shared(
      final String name,
      final BranchingPolicy policy,
      final EngineConfig.Coalescing coalescing,
      final LearningTask task,
      final int trees) {
    final int count = trees == 0 ? LEAVES : trees;
    final int samples = policy instanceof ChainPolicy ? count : count * LEAVES;
    return new LearningArm(
        name,
        new LocalRollouts.Shape(policy, count, SamplingSettings.PLAIN, coalescing),
        new LoopSettings.Credit(
            "turn-share", Map.of(LearningFormula.BEHIND, "1"), SharedTokenRule.TRAIN_ONCE),
        task.tokens(LearningTask.Growth.SHARED, samples));
  }

  private static BranchingPolicy atDecision() {
    return new FixedPolicy(List.of(FixedPolicy.Place.parse("decision:" + LEAVES)));
  }

  private static LoopSettings.Credit credit(final String estimator, final SharedTokenRule rule) {
    return new LoopSettings.Credit(estimator, Map.of(), rule);
  }
}
