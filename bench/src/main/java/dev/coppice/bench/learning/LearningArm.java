package dev.coppice.bench.learning;

import dev.coppice.app.train.LocalRollouts;
import dev.coppice.app.train.LoopSettings;
import dev.coppice.credit.shared.SharedTokenRule;
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

  private static final int LEAVES = 8;

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
   * @param name {@code start}, {@code grpo-chains}, {@code tree-grpo}, {@code coppice-trees}, {@code grpo-trees} or
   *     {@code rloo-chains}; a trailing {@code xN} gives a group N trees.
   * @param drawers whether the task is {@code drawers}; else it is {@code countdown}.
   * @return the arm.
   * @throws IllegalArgumentException if there is no such arm.
   */
  public static LearningArm of(final String name, final boolean drawers) {
    final int mark = name.lastIndexOf('x');
    final boolean counted = mark > 0 && name.substring(mark + 1).matches("[0-9]+");
    final int trees = counted ? Integer.parseInt(name.substring(mark + 1)) : 1;
    final String base = counted ? name.substring(0, mark) : name;
    final long chain = drawers ? 140 : 36;
    final String forking = drawers ? "entropy" : "fixed";
    final long tree = drawers ? 380 : 220;
    return switch (base) {
      case START -> chains(name, "grpo", chain);
      case "grpo-chains" -> chains(name, "grpo", chain);
      case "rloo-chains" -> chains(name, "rloo", chain);
      case "tree-grpo" ->
          new LearningArm(
              name,
              shape("tree-grpo", drawers ? 2 : 4),
              credit("tree-grpo", SharedTokenRule.TRAIN_ONCE, Map.of()),
              5 * chain);
      case "coppice-trees" ->
          new LearningArm(
              name,
              shape(forking, trees),
              credit("coppice", SharedTokenRule.WEIGHTED, Map.of()),
              tree * trees);
      case "grpo-trees" ->
          new LearningArm(
              name,
              shape(forking, trees),
              credit("grpo", SharedTokenRule.TRAIN_ONCE, Map.of()),
              tree * trees);
      default ->
          throw new IllegalArgumentException(
              "no such arm: arm="
                  + name
                  + "; known are start, grpo-chains, rloo-chains, tree-grpo, coppice-trees, grpo-trees");
    };
  }

  private static LearningArm chains(final String name, final String estimator, final long chain) {
    return new LearningArm(
        name,
        shape("chain", LEAVES),
        credit(estimator, SharedTokenRule.TRAIN_ONCE, Map.of()),
        LEAVES * chain);
  }

  private static LoopSettings.Credit credit(
      final String estimator, final SharedTokenRule rule, final Map<String, String> options) {
    return new LoopSettings.Credit(estimator, options, rule);
  }

  private static LocalRollouts.Shape shape(String policy, int trees) {
    BranchingPolicy branching =
        switch (policy) {
          case "chain" -> new ChainPolicy();
          case "tree-grpo" -> trees == 4 ? new TreeGrpoPolicy(1, 1) : new TreeGrpoPolicy(3, 1);
          case "fixed" ->
              new FixedPolicy(
                  List.of(FixedPolicy.Place.parse("0:4"), FixedPolicy.Place.parse("1:2")));
          default -> new EntropyPolicy(0.3, new int[] {LEAVES});
        };
    return new LocalRollouts.Shape(branching, trees, SamplingSettings.PLAIN);
  }
}
