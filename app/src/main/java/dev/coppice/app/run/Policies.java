package dev.coppice.app.run;

import dev.coppice.allocation.AllocationPlug;
import dev.coppice.allocation.GroupAllocation;
import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.runner.Engines;
import dev.coppice.credit.EstimatorPlug;
import dev.coppice.plug.PlugOptions;
import dev.coppice.plug.Plugs;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.scheduling.BranchingPolicy;
import dev.coppice.scheduling.PolicyPlug;
import java.util.function.Supplier;

/** Makes branching policies from a configuration. */
public final class Policies {
  /** A learner of shares needs pairs of independent samples: one group of so many has them. */
  private static final int PAIRS_EVERY = 8;

  private Policies() {}

  /**
   * Makes the policy of a name.
   *
   * @param name of the policy.
   * @param config that holds its options.
   * @return the policy.
   * @throws IllegalArgumentException if there is no such policy.
   */
  public static BranchingPolicy of(final String name, final RunConfig config) {
    final PolicyPlug plug = Plugs.of(PolicyPlug.KIND).find(name);
    return plug.make(config.plugs().of(PolicyPlug.KIND, plug));
  }

  /**
   * Says whether the samples of an arm share paths, and how they are divided.
   *
   * @param arm of the run; with {@code trees} the arm {@code chain} stays plain.
   * @param config that says so.
   * @return how they are coalesced.
   * @throws ConfigException if the policy or an estimator does not fit.
   * @throws IllegalArgumentException if there is no such policy.
   */
  public static EngineConfig.Coalescing coalescing(final String arm, final RunConfig config) {
    final RunConfig.Tree tree = config.tree();
    final BranchingPolicy policy = of(config.policyOf(arm), config);
    requireUnbiased(arm, policy, config);
    final boolean fits = policy.looksAtPathAlone();
    final boolean isAsked = tree.coalesce().equals("true");
    if (isAsked && !fits) {
      throw new ConfigException(
          "samples cannot share a path under a policy that looks at more than it: arm="
              + arm
              + " policy="
              + config.policyOf(arm)
              + "; set tree.coalesce = false, or trees to leave that arm apart");
    }
    final boolean isMeant = tree.coalesce().equals("trees") && fits && !arm.equals("chain");
    if (!isAsked && !isMeant) {
      return EngineConfig.Coalescing.NONE;
    }
    final String needy = needingIndependentDraws(config);
    if (tree.division().equals("systematic") && needy != null) {
      throw new ConfigException(
          "tree.division = systematic divides samples by one number, and an estimator needs"
              + " independent draws: estimator="
              + needy
              + "; take turn-share or rloo, or tree.division = independent or auto");
    }
    final boolean systematic =
        tree.division().equals("systematic")
            || (tree.division().equals("auto") && needy == null && Engines.drawsAsNamed(config));
    if (!systematic) {
      return EngineConfig.Coalescing.INDEPENDENT;
    }
    final boolean learns = config.credit().estimators().contains("turn-share");
    return EngineConfig.Coalescing.SYSTEMATIC.withIndependent(learns ? PAIRS_EVERY : 0);
  }

  /** An estimator that rests on path weights must not learn from trees whose weights are biased. */
  private static void requireUnbiased(
      final String arm, final BranchingPolicy policy, final RunConfig config) {
    for (final String name : config.credit().estimators()) {
      if (policy.isBiased() && Plugs.of(EstimatorPlug.KIND).find(name).restsOnPathWeights()) {
        throw new ConfigException(
            "the policy chooses its forks on finished paths, which biases path weights, and an"
                + " estimator rests on them: arm="
                + arm
                + " policy="
                + policy.name()
                + " estimator="
                + name
                + "; take treerl or grpo, or the policy entropy-top");
      }
    }
  }

  private static String needingIndependentDraws(final RunConfig config) {
    for (final String name : config.credit().estimators()) {
      if (Plugs.of(EstimatorPlug.KIND).find(name).needsIndependentDraws()) {
        return name;
      }
    }
    return null;
  }

  /**
   * Returns the trees of each group where no budget is set.
   *
   * @param name of the policy.
   * @param config that holds its options.
   * @return the number of trees.
   * @throws IllegalArgumentException if there is no such policy.
   */
  public static int trees(final String name, final RunConfig config) {
    final PolicyPlug plug = Plugs.of(PolicyPlug.KIND).find(name);
    return plug.trees(config.plugs().of(PolicyPlug.KIND, plug), config.tree().trees());
  }

  /**
   * Makes allocations of the budget, one for each engine.
   *
   * @param name of the policy that branches.
   * @param config that holds the allocation and its options.
   * @return a maker of allocations that have learned nothing.
   */
  public static Supplier<GroupAllocation> allocation(final String name, final RunConfig config) {
    final AllocationPlug plug = Plugs.of(AllocationPlug.KIND).find(config.budget().allocation());
    final PlugOptions options = config.plugs().of(AllocationPlug.KIND, plug);
    final int trees = trees(name, config);
    return () -> plug.make(options, trees);
  }
}
