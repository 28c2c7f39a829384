package dev.coppice.bridge.wire;

import dev.coppice.trajectory.Span;
import java.util.Arrays;
import java.util.List;

/**
 * Holds one path from the root to a leaf, its shared tokens included.
 *
 * @shape tokens int[T], logprobs float[T], lossMask byte[T], advantages float[T] or null, over the
 *     whole path.
 * @unit logprobs are natural logarithms, 0 where nothing was sampled.
 * @param outcome of the path.
 * @param tokens exactly as the model saw them.
 * @param promptLen the place of the first sampled token, or the number of tokens if there is none.
 * @param lossMask 1 where the token was sampled; 0 everywhere on a path without a reward.
 * @param logprobs of the tokens.
 * @param advantages of the tokens, 0 where nothing was sampled, or null where the group has none.
 * @param versionRuns of the tokens.
 * @param spans in tokens from the path's first.
 */
public record FlatRow(
    LeafRow outcome,
    int[] tokens,
    int promptLen,
    byte[] lossMask,
    float[] logprobs,
    float[] advantages,
    List<VersionRun> versionRuns,
    List<Span> spans) {
  /** Copies the lists. */
  public FlatRow {
    versionRuns = List.copyOf(versionRuns);
    spans = List.copyOf(spans);
  }

  /**
   * Returns whether two paths are the same in every token and number; records compare arrays by
   * identity.
   *
   * @param other path.
   * @return true if nothing differs but the place of the last node's row.
   */
  public boolean isSameAs(final FlatRow other) {
    return isSameOutcome(other.outcome)
        && promptLen == other.promptLen
        && Arrays.equals(tokens, other.tokens)
        && Arrays.equals(lossMask, other.lossMask)
        && Arrays.equals(logprobs, other.logprobs)
        && Arrays.equals(advantages, other.advantages)
        && versionRuns.equals(other.versionRuns)
        && spans.equals(other.spans);
  }

  /** The flat form has no node rows, so the place of the last one is not part of it. */
  private boolean isSameOutcome(final LeafRow other) {
    return outcome.group() == other.group()
        && outcome.groupName().equals(other.groupName())
        && outcome.leaf() == other.leaf()
        && outcome.rollout() == other.rollout()
        && Float.compare(outcome.reward(), other.reward()) == 0
        && outcome.components().equals(other.components())
        && outcome.status() == other.status()
        && outcome.stop().equals(other.stop())
        && outcome.weight() == other.weight()
        && Float.compare(outcome.advantage(), other.advantage()) == 0
        && outcome.tree() == other.tree();
  }
}
