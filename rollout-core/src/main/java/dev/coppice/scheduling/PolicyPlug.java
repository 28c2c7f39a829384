package dev.coppice.scheduling;

import dev.coppice.plug.Plug;
import dev.coppice.plug.PlugKind;
import dev.coppice.plug.PlugOptions;

/**
 * Offers a branching policy by name.
 *
 * @thread any; implementations are stateless.
 */
public interface PolicyPlug extends Plug {
  /** The kind. */
  PlugKind<PolicyPlug> KIND = new PlugKind<>(PolicyPlug.class, "policy", "policies");

  /**
   * Makes the policy.
   *
   * @param options as this plug declares them.
   * @return the policy, by this plug's name.
   * @throws IllegalArgumentException if the options do not fit each other.
   */
  BranchingPolicy make(PlugOptions options);

  /**
   * Says how many trees grow in a group where no budget is set.
   *
   * @param options as this plug declares them.
   * @param configured for all policies.
   * @return the number of trees.
   */
  default int trees(final PlugOptions options, final int configured) {
    return configured;
  }

  /**
   * Says whether the policy's forks depend on what was drawn behind them; traces name the policy, so
   * reports tell by this.
   *
   * @return false unless {@link BranchingPolicy#isBiased} is true of what it makes.
   */
  default boolean isBiased() {
    return false;
  }
}
