package dev.coppice.credit.rho;

/**
 * Pools the moments of independent trees that start from one state, by default those of one task.
 *
 * <p>Each tree counts as often as it has draws. Products of different draws give an unbiased {@code
 * E[X]^2}, so the two variances, of a draw's value and of a single sample, are unbiased as well: {@code
 * Var X = E[X^2] - E[X]^2} and {@code Var r = E[r^2] - E[X]^2}.
 *
 * @thread one writer.
 */
public final class TaskMoments {
  private int draws;
  private double values;
  private double squaredValues;
  private double pairs;
  private double ownSquares;
  private double sampleSquares;
  private double shares;

  /**
   * Adds a tree.
   *
   * @param tree whose draws are independent of those of the trees before; one without draws adds
   *     nothing.
   */
  public void add(final TreeMoments tree) {
    final double count = tree.draws();
    draws += tree.draws();
    values += count * tree.mean();
    squaredValues += count * tree.mean() * count * tree.mean();
    pairs += count * (count - 1) * tree.pairSquare();
    ownSquares += count * tree.ownSquare();
    sampleSquares += count * tree.sampleSquare();
    shares += count * tree.share();
  }

  /**
   * Counts the draws.
   *
   * @return the draws of all trees that have a reward.
   */
  public int draws() {
    return draws;
  }

  /**
   * Returns the mean value of a draw.
   *
   * @return the mean of the trees by their draws; {@code NaN} without any.
   */
  public double mean() {
    return values / draws;
  }

  /** Returns the mean of a draw's squared value. */
  double ownSquare() {
    return ownSquares / draws;
  }

  /** Returns the mean of a squared reward. */
  double sampleSquare() {
    return sampleSquares / draws;
  }

  /** Returns the mean over draws of the squared weights of their samples. */
  double share() {
    return shares / draws;
  }

  /** Returns the mean product of two different draws; they must be at least two. */
  double meanSquare() {
    return (values * values - squaredValues + pairs) / ((double) draws * (draws - 1));
  }

  /**
   * Returns the variance of the value of one draw.
   *
   * @return unbiased, so it may fall below 0; {@code NaN} with less than two draws.
   */
  public double drawVariance() {
    return draws < 2 ? Double.NaN : ownSquare() - meanSquare();
  }

  /**
   * Returns the variance of the reward of one sample.
   *
   * @return unbiased, so it may fall below 0; {@code NaN} with less than two draws.
   */
  public double sampleVariance() {
    return draws < 2 ? Double.NaN : sampleSquare() - meanSquare();
  }
}
