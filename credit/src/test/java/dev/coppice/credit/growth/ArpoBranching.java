package dev.coppice.credit.growth;

/**
 * Computes the branch probabilities of ARPO and AEPO as their code has them.
 *
 * <p>ARPO branches iff {@code clip(U - w dH) <= 0.5}, hence {@code P = clip(b + w dH)}. AEPO
 * branches iff {@code (U + w dH)(1 - 0.05 l) >= 0.5} after l branchings in a row. The entropy is
 * {@code sum over tokens of sum over top logprobs of -p ln p, / ln|V|}: a sum over tokens, not a
 * mean, so it grows with the number of tokens looked at.
 *
 * @thread any; static.
 * @source ARPO, arXiv:2507.19849; AEPO; RUC-NLPIR/ARPO vllm_rollout_with_tools.py.
 */
public final class ArpoBranching {
  private static final double DAMPING = 0.05;
  private static final double SLOPE = 0.5;

  private ArpoBranching() {}

  /**
   * Returns ARPO's probability of branching.
   *
   * @param entropyRise entropy now less entropy at the start.
   * @param weight of the rise, 0.2 in the paper's runs.
   * @param base probability without a rise, 0.5.
   * @return the probability.
   */
  public static double arpo(final double entropyRise, final double weight, final double base) {
    return clip(base + weight * entropyRise);
  }

  /**
   * Returns AEPO's probability of branching.
   *
   * @param entropyRise entropy now less entropy at the start.
   * @param weight of the rise.
   * @param base threshold, 0.5.
   * @param consecutive branchings in a row so far.
   * @return the probability.
   */
  public static double aepo(
      final double entropyRise, final double weight, final double base, final int consecutive) {
    final double damping = 1.0 - DAMPING * consecutive;
    return damping <= 0 ? 0.0 : clip(1.0 - (base / damping - weight * entropyRise));
  }

  /**
   * Returns the number of trajectories AEPO starts from the prompt.
   *
   * @param samples k, the trajectories per prompt.
   * @param rootOverTool entropy at the prompt less mean entropy after tools.
   * @return {@code floor(k sigmoid(0.5 dH)) + 1}.
   */
  public static int aepoRoots(final int samples, final double rootOverTool) {
    return (int) (samples / (1.0 + Math.exp(-SLOPE * rootOverTool))) + 1;
  }

  /**
   * Returns the entropy the code branches on.
   *
   * @param topLogprobs per token the log-probabilities of the likeliest tokens, natural.
   * @param vocabulary |V|.
   * @return the sum over tokens in units of ln|V|.
   */
  public static double entropy(final double[][] topLogprobs, final int vocabulary) {
    double sum = 0.0;
    for (final double[] token : topLogprobs) {
      for (final double logprob : token) {
        sum -= Math.exp(logprob) * logprob;
      }
    }
    return sum / Math.log(vocabulary);
  }

  private static double clip(final double probability) {
    return Math.min(1.0, Math.max(0.0, probability));
  }
}
