package dev.coppice.proxy.strand;

import dev.coppice.trajectory.TrajectoryNode.VersionRun;
import java.util.List;

/**
 * Holds one finished continuation.
 *
 * @shape tokens int[T], logprobs float[T].
 * @param tokens sampled.
 * @param logprobs of each token under the distribution it was drawn from.
 * @param versions of the weights, run after run.
 * @param spent on it.
 * @param strand that ends behind the last token.
 */
public record Sampled(
    int[] tokens, float[] logprobs, List<VersionRun> versions, Spent spent, Strand strand) {
  /** Copies the list. */
  public Sampled {
    versions = List.copyOf(versions);
  }

  /**
   * Counts what a continuation cost, as {@code TreeLedger} does.
   *
   * @param prefilled tokens of the path that were computed (W), recomputed ones included.
   * @param recomputed the part of them that had been booked before.
   * @param found tokens of the path that no request of this rollout computed, and that were found.
   * @param cached tokens of the path that were not computed by this request (H).
   * @param discarded tokens sampled beyond the end (I).
   */
  public record Spent(long prefilled, long recomputed, int found, long cached, long discarded) {}
}
