package dev.coppice.app.run;

import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.RunConfig;
import dev.coppice.scheduling.BranchingPolicy;
import dev.coppice.scheduling.ChainPolicy;
import dev.coppice.scheduling.EntropyPolicy;
import dev.coppice.scheduling.FixedPolicy;
import dev.coppice.scheduling.TreeGrpoPolicy;

/** Makes branching policies from a configuration. */
public final class Policies {
  private Policies() {}

  /**
   * Makes the policy of a name.
   *
   * @param name of the policy.
   * @param tree the section that shapes it.
   * @return the policy.
   */
  public static BranchingPolicy of(final String name, final RunConfig.Tree tree) {
    return switch (name) {
      case "chain" -> new ChainPolicy();
      case "fixed" ->
          new FixedPolicy(
              tree.fixed().parsed().stream()
                  .map(p -> new FixedPolicy.Place(p.fromDecision(), p.turn(), p.children()))
                  .toList());
      case "tree-grpo" -> new TreeGrpoPolicy(tree.treeGrpo().n(), tree.treeGrpo().l());
      case "entropy" ->
          new EntropyPolicy(
              tree.entropy().threshold(),
              tree.entropy().children().stream().mapToInt(Integer::intValue).toArray(),
              tree.entropy().perOutcome());
      default -> throw new ConfigException("unknown policy: policy=" + name);
    };
  }

  /**
   * Returns the trees of each group where no budget is set.
   *
   * @param name of the policy.
   * @param tree the section that shapes it.
   * @return the number of trees.
   */
  public static int trees(final String name, final RunConfig.Tree tree) {
    return name.equals("tree-grpo") ? tree.treeGrpo().m() : tree.trees();
  }
}
