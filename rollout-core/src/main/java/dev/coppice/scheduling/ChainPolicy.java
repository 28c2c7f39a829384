package dev.coppice.scheduling;

import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOptions;

/**
 * Never forks: every tree is one independent chain.
 *
 * @thread any; stateless.
 */
public final class ChainPolicy implements BranchingPolicy {
  @Override
  public String name() {
    return "chain";
  }

  @Override
  public boolean looksAtPathAlone() {
    return true;
  }

  /** Offers the policy by the name {@code chain}. */
  public static final class Offer extends NamedPlug implements PolicyPlug {
    /** Declares its options. */
    public Offer() {
      super("chain", "Never forks: every tree is one independent chain.");
    }

    @Override
    public BranchingPolicy make(final PlugOptions options) {
      return new ChainPolicy();
    }
  }
}
