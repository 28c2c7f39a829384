package dev.coppice.core;

import dev.coppice.trajectory.RolloutFailure;

/** Names the failures the core itself finds. */
final class Failures {
  private Failures() {}

  static RolloutFailure poolTooSmall(final int tokens) {
    return new RolloutFailure(
        RolloutFailure.Boundary.LIMIT,
        "kv_pool_too_small",
        "no block is left for a sequence of " + tokens + " tokens; raise engine.kv-blocks");
  }

  static RolloutFailure promptTooLong(final int tokens, final int contextTokens) {
    return new RolloutFailure(
        RolloutFailure.Boundary.LIMIT,
        "prompt_too_long",
        "the prompt has "
            + tokens
            + " tokens and must leave room for one more in a context of "
            + contextTokens);
  }

  static RolloutFailure emptyPrompt() {
    return new RolloutFailure(
        RolloutFailure.Boundary.ENVIRONMENT,
        "empty_prompt",
        "the prompt has no token; a model without a begin token needs some text");
  }

  static RolloutFailure notFinite() {
    return new RolloutFailure(
        RolloutFailure.Boundary.BACKEND, "nan_logits", "the logits were not finite");
  }

  static RolloutFailure backend(final String message) {
    return new RolloutFailure(RolloutFailure.Boundary.BACKEND, "forward_failed", message);
  }
}
