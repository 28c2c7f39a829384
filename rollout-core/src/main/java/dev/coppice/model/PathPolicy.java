package dev.coppice.model;

/**
 * Computes next-token logits from the tokens of a path, without weights.
 *
 * @thread the engine thread alone.
 */
@FunctionalInterface
public interface PathPolicy {
  /**
   * Fills the logits of the token that follows a path.
   *
   * @param path of tokens from the beginning of the sequence; not to be changed or kept.
   * @param length of the path; what lies behind is not part of it.
   * @param target to fill, one logit for every token of the vocabulary.
   * @param offset of the first logit in {@code target}.
   */
  void logits(int[] path, int length, float[] target, int offset);
}
