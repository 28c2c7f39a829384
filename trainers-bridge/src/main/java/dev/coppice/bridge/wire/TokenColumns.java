package dev.coppice.bridge.wire;

import dev.coppice.trajectory.Span;
import dev.coppice.trajectory.TrajectoryNode;
import java.util.Arrays;
import java.util.List;

/**
 * Holds what the wire carries token by token, of one node or of a whole path.
 *
 * @shape tokens int[T], logprobs float[T], lossMask byte[T], advantages float[T] or null; not
 *     copied, must not change.
 * @unit logprobs are natural logarithms, 0 where nothing was sampled.
 * @param tokens exactly as the model saw them.
 * @param logprobs of the tokens.
 * @param lossMask 1 where the token was sampled and may be trained.
 * @param advantages of the tokens, or null where there are none.
 * @param versionRuns of the tokens.
 * @param spans in tokens from the first.
 * @param kept the ids that could have been drawn, where the header says that they are told.
 */
public record TokenColumns(
    int[] tokens,
    float[] logprobs,
    byte[] lossMask,
    float[] advantages,
    List<VersionRun> versionRuns,
    List<Span> spans,
    TrajectoryNode.Kept kept) {
  /** Copies the lists. */
  public TokenColumns {
    versionRuns = List.copyOf(versionRuns);
    spans = List.copyOf(spans);
  }

  /**
   * Returns whether two are the same in every token and number; records compare arrays by identity.
   *
   * @param other to compare with.
   * @return true if nothing differs.
   */
  public boolean isSameAs(final TokenColumns other) {
    return Arrays.equals(tokens, other.tokens)
        && Arrays.equals(logprobs, other.logprobs)
        && Arrays.equals(lossMask, other.lossMask)
        && Arrays.equals(advantages, other.advantages)
        && versionRuns.equals(other.versionRuns)
        && spans.equals(other.spans)
        && kept.isSameAs(other.kept);
  }
}
