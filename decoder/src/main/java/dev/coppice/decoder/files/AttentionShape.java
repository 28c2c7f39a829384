package dev.coppice.decoder.files;

/**
 * Holds what sets the attention of one model apart.
 *
 * @param heads number of query heads.
 * @param kvHeads number of key and value heads; each serves {@code heads / kvHeads} query heads.
 * @param headDim size of one head, not always {@code hiddenSize / heads}.
 * @param projectionBias whether queries, keys and values have a bias.
 * @param outputBias whether the output projection has a bias.
 * @param queryKeyNorm whether queries and keys are normalised per head.
 */
public record AttentionShape(
    int heads,
    int kvHeads,
    int headDim,
    boolean projectionBias,
    boolean outputBias,
    boolean queryKeyNorm) {
  /**
   * Returns the width of all queries.
   *
   * @return {@code heads * headDim}.
   */
  public int queryWidth() {
    return heads * headDim;
  }

  /**
   * Returns the width of all keys, and of all values.
   *
   * @return {@code kvHeads * headDim}.
   */
  public int kvWidth() {
    return kvHeads * headDim;
  }

  /**
   * Returns the number of query heads that share a key head.
   *
   * @return {@code heads / kvHeads}.
   */
  public int groupSize() {
    return heads / kvHeads;
  }
}
