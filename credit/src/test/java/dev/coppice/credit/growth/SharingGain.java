package dev.coppice.credit.growth;

/**
 * Counts what a shape of tree gives and costs, in units of one chain.
 *
 * <p>With segment shares {@code s_d} (sum 1) and branching {@code b_d} before segment d: {@code
 * leaves = prod_d b_d}, {@code cost = sum_d s_d prod_{j <= d} b_j}, {@code ratio = leaves / cost},
 * which stays below 1 over the share of the last, private segment. It counts leaves, not what they
 * tell: siblings are correlated.
 *
 * @param leaves trajectories the shape gives.
 * @param cost tokens, in lengths of one trajectory.
 */
public record SharingGain(double leaves, double cost) {
  /**
   * Counts a tree of fixed branching.
   *
   * @param shares of the trajectory's tokens per segment, sum 1.
   * @param branching before each segment, at least 1 each.
   * @return the gain.
   */
  public static SharingGain fixed(final double[] shares, final int[] branching) {
    if (shares.length != branching.length) {
      throw new IllegalArgumentException(
          "one branching per share: shares=" + shares.length + " branching=" + branching.length);
    }
    double leaves = 1.0;
    double cost = 0.0;
    for (int d = 0; d < shares.length; d++) {
      leaves *= branching[d];
      cost += shares[d] * leaves;
    }
    return new SharingGain(leaves, cost);
  }

  /**
   * Counts Tree-GRPO: M chains, then L rounds that expand N random nodes per tree.
   *
   * @param trees M.
   * @param nodes N.
   * @param rounds L.
   * @param suffix mean share of a chain that one expansion generates again; see {@link
   *     #treeGrpoSuffix}.
   * @return the gain.
   */
  public static SharingGain treeGrpo(
      final int trees, final int nodes, final int rounds, final double suffix) {
    final double expansions = (double) trees * nodes * rounds;
    return new SharingGain(trees + expansions, trees + expansions * suffix);
  }

  /**
   * Returns the mean suffix of a node picked at random from the root and the inner nodes.
   *
   * @param steps of a chain, at least 1.
   * @return {@code (T + 1) / (2 T)}: the half that the paper quotes, only for long chains.
   */
  public static double treeGrpoSuffix(final int steps) {
    return (steps + 1.0) / (2.0 * steps);
  }

  /**
   * Returns trajectories per chain-equivalent of tokens.
   *
   * @return leaves over cost.
   */
  public double ratio() {
    return leaves / cost;
  }
}
