package dev.coppice.bridge.wire;

/**
 * Says which weights sampled a run of tokens.
 *
 * @param version of the weights, or {@link #NOT_SAMPLED}.
 * @param length of the run in tokens.
 */
public record VersionRun(int version, int length) {
  /** Stands for tokens that no weights sampled: prompts and observations. */
  public static final int NOT_SAMPLED = -1;
}
