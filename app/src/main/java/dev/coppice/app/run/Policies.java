package dev.coppice.app.run;

import dev.coppice.app.config.RunConfig;
import dev.coppice.app.runner.Engines;
import dev.coppice.plug.Plugs;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.scheduling.BranchingPolicy;
import dev.coppice.scheduling.PolicyPlug;

/** Makes branching policies from a configuration. */
public final class Policies {
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
   * @param name of the arm's policy.
   * @param config that says so.
   * @return how they are coalesced.
   * @throws IllegalArgumentException if there is no such policy.
   */
  public static EngineConfig.Coalescing coalescing(final String name, final RunConfig config) {
    final RunConfig.Tree tree = config.tree();
    final boolean fits = !name.equals("chain") && of(name, config).looksAtPathAlone();
    if (!tree.coalesce().equals("true") && !(tree.coalesce().equals("trees") && fits)) {
      return EngineConfig.Coalescing.NONE;
    }
    final boolean systematic =
        tree.division().equals("systematic")
            || (tree.division().equals("auto") && Engines.drawsAsNamed(config));
    return systematic ? EngineConfig.Coalescing.SYSTEMATIC : EngineConfig.Coalescing.INDEPENDENT;
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
}
