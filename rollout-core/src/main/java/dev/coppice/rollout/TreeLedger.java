package dev.coppice.rollout;

/**
 * Counts what one tree cost.
 *
 * @unit tokens, calls; nanoseconds times blocks.
 * @param prefilledTokens computed for prompts and observations (W), recomputed ones included.
 * @param cachedTokens of prompts found in the cache instead of computed (H).
 * @param decodedTokens sampled (G).
 * @param discardedTokens sampled or prefilled for nothing (I): work that failed, came too late or
 *     went beyond what was asked for.
 * @param recomputedTokens the part of {@code prefilledTokens} that had been computed before and was
 *     lost by preemption.
 * @param toolCalls executed.
 * @param blockNs of keys and values held: the sum over blocks of the time each was live.
 */
public record TreeLedger(
    long prefilledTokens,
    long cachedTokens,
    long decodedTokens,
    long discardedTokens,
    long recomputedTokens,
    long toolCalls,
    long blockNs) {
  /**
   * Copies the ledger with what the tree held of the model's memory.
   *
   * @param heldNs blocks times nanoseconds.
   * @return a copy.
   */
  public TreeLedger holding(final long heldNs) {
    return new TreeLedger(
        prefilledTokens,
        cachedTokens,
        decodedTokens,
        discardedTokens,
        recomputedTokens,
        toolCalls,
        heldNs);
  }

  /**
   * Returns the computed tokens, the unit of every budget: {@code C = W + G + I}.
   *
   * @return the number of tokens.
   */
  public long computedTokens() {
    return prefilledTokens + decodedTokens + discardedTokens;
  }
}
