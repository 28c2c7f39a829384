package dev.coppice.model;

/**
 * Scores the next token from the tokens of a path, without weights: a model that is a script.
 *
 * @thread the engine thread alone.
 */
@FunctionalInterface
public interface PathPolicy {
  /**
   * Fills the scores of the token that follows a path: log-probabilities up to a constant.
   *
   * @param path of tokens from the beginning of the sequence; not to be changed or kept.
   * @param length of the path; what lies behind is not part of it.
   * @param target to fill, one score for every token of the vocabulary.
   * @param offset of the first score in {@code target}.
   */
  void scores(int[] path, int length, float[] target, int offset);
}
