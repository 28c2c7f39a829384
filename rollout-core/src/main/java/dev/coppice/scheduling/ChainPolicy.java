package dev.coppice.scheduling;

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
  public double entropyFloor() {
    return Double.POSITIVE_INFINITY;
  }

  @Override
  public int mostChildrenAtToken(final BranchPoint point) {
    return 1;
  }

  @Override
  public int childrenAtTurn(final BranchPoint point) {
    return 1;
  }

  @Override
  public int childrenAtToken(final BranchPoint point, final double entropy) {
    return 1;
  }
}
