package dev.coppice.decoder.batch;

import dev.coppice.trajectory.RolloutFailure;

/** Names the failures the embedded runner finds. */
final class BatchFailures {
  private BatchFailures() {}

  static RolloutFailure poolTooSmall(final int tokens) {
    return new RolloutFailure(
        RolloutFailure.Boundary.LIMIT,
        "kv_pool_too_small",
        "no block is left for a sequence of " + tokens + " tokens; raise engine.kv-blocks");
  }

  static RolloutFailure notFinite() {
    return new RolloutFailure(
        RolloutFailure.Boundary.BACKEND, "nan_logits", "the logits were not finite");
  }

  static RolloutFailure forwardFailed(final String reason) {
    return new RolloutFailure(
        RolloutFailure.Boundary.BACKEND, "forward_failed", String.valueOf(reason));
  }
}
