package dev.coppice.scheduling;

/**
 * Forks where the next-token distribution is undecided.
 *
 * <p>The first token of a turn whose distribution has an entropy of at least the threshold gets the
 * next number of children on the list; a path forks at most once a turn. ARPO measures the tokens
 * before the fork and tosses a coin; here the distribution at the fork itself decides, and never the
 * token drawn from it, so the path weights stay unbiased.
 *
 * @unit threshold in nats.
 * @thread any; immutable.
 * @source after ARPO, arXiv:2507.19849, with the trigger repaired.
 */
public final class EntropyPolicy implements BranchingPolicy {
  private final double thresholdNats;
  private final int[] childrenByFork;

  /**
   * Keeps the threshold and the list.
   *
   * @param thresholdNats from which a distribution counts as undecided, in nats.
   * @param childrenByFork children of the first, second ... fork of a path.
   */
  public EntropyPolicy(final double thresholdNats, final int[] childrenByFork) {
    if (!(thresholdNats > 0)) {
      throw new IllegalArgumentException(
          "the threshold must be positive: thresholdNats=" + thresholdNats);
    }
    for (final int children : childrenByFork) {
      if (children < 1) {
        throw new IllegalArgumentException("children must be at least 1: children=" + children);
      }
    }
    this.thresholdNats = thresholdNats;
    this.childrenByFork = childrenByFork.clone();
  }

  @Override
  public String name() {
    return "entropy";
  }

  @Override
  public double entropyFloor() {
    return thresholdNats;
  }

  @Override
  public int mostChildrenAtToken(final BranchPoint point) {
    final boolean spent = point.forks() >= childrenByFork.length;
    return spent || point.lastForkTurn() == point.turn() ? 1 : childrenByFork[point.forks()];
  }

  @Override
  public int childrenAtTurn(final BranchPoint point) {
    return 1;
  }

  @Override
  public int childrenAtToken(final BranchPoint point, final double entropy) {
    return entropy >= thresholdNats ? mostChildrenAtToken(point) : 1;
  }
}
