package dev.coppice.training.policy;

/**
 * Represents one segment of a tree with what each of its tokens weighs in the loss.
 *
 * <p>Coefficients carry their denominator already, so the loss is a plain sum over tokens: {@code
 * -(min(r, 1 + high) positive + max(r, 1 - low) negative)} with the ratio r of the new probability to that
 * sampled with. A token that several trajectories share carries the sum over them, the positive
 * advantages apart from the negative ones, as clipping treats the two differently; so a shared
 * token trained once is exactly the token trained in every row.
 *
 * @shape all arrays [T]; not copied, must not change.
 * @param parent the place of the parent in the tree, less than this node's, or -1.
 * @param tokens of this node alone.
 * @param logprobs the tokens were sampled with, 0 where nothing was sampled.
 * @param coefficients of the tokens in the loss.
 * @param stale whether older weights than those under training sampled the token, or null where none
 *     did.
 * @thread immutable by agreement, any thread
 */
public record PolicyNode(
    int parent, int[] tokens, float[] logprobs, Coefficients coefficients, boolean[] stale) {

  /**
   * Holds what each token weighs in the loss.
   *
   * @shape all arrays [T]; not copied, must not change.
   * @param positive sum of the positive coefficients, at least 0.
   * @param negative sum of the negative coefficients, at most 0.
   * @param weight of the token in means such as the entropy's; 0 for a token that is not trained.
   * @param imitation coefficient of the plain log-likelihood, or null where nothing is imitated.
   */
  public record Coefficients(
      float[] positive, float[] negative, float[] weight, float[] imitation) {
    /** Rejects arrays of unequal lengths. */
    public Coefficients {
      final int n = weight.length;
      if (positive.length != n
          || negative.length != n
          || imitation != null && imitation.length != n) {
        throw new IllegalArgumentException(
            "lengths do not fit: positive=%d negative=%d weight=%d imitation=%s"
                .formatted(
                    positive.length,
                    negative.length,
                    n,
                    imitation == null ? "none" : imitation.length));
      }
    }

    private static Coefficients zero(final int tokens, final float[] imitation) {
      final float[] zeros = new float[tokens];
      return new Coefficients(zeros, zeros, zeros, imitation);
    }
  }

  /** Rejects arrays of unequal lengths. */
  public PolicyNode {
    final int n = tokens.length;
    if (logprobs.length != n
        || coefficients.weight().length != n
        || stale != null && stale.length != n) {
      throw new IllegalArgumentException(
          "lengths do not fit: tokens=%d logprobs=%d coefficients=%d stale=%s"
              .formatted(
                  n,
                  logprobs.length,
                  coefficients.weight().length,
                  stale == null ? "none" : stale.length));
    }
  }

  /**
   * Makes a node whose tokens are read and not trained.
   *
   * @param parent the place of the parent, or -1.
   * @param tokens of the node.
   * @return a node of coefficients 0.
   */
  public static PolicyNode given(final int parent, final int[] tokens) {
    final Coefficients none = Coefficients.zero(tokens.length, null);
    return new PolicyNode(parent, tokens, new float[tokens.length], none, null);
  }

  /**
   * Makes a demonstration: a chain that is imitated.
   *
   * @param tokens of the demonstration.
   * @param imitation coefficient of each token's log-likelihood.
   * @return a root node.
   */
  public static PolicyNode demonstration(final int[] tokens, final float[] imitation) {
    final Coefficients imitated = Coefficients.zero(tokens.length, imitation);
    return new PolicyNode(-1, tokens, new float[tokens.length], imitated, null);
  }

  /**
   * Copies the node to another place.
   *
   * @param newParent the place of its parent there, or -1.
   * @return a node that shares this node's arrays.
   */
  public PolicyNode under(final int newParent) {
    return new PolicyNode(newParent, tokens, logprobs, coefficients, stale);
  }

  boolean isTrained(final int token) {
    return coefficients.weight[token] != 0
        || coefficients.positive[token] != 0
        || coefficients.negative[token] != 0
        || (coefficients.imitation != null && coefficients.imitation[token] != 0);
  }
}
