package dev.coppice.core;

import dev.coppice.trajectory.RolloutFailure;

/** Names the failures the core itself finds. */
final class Failures {
  private Failures() {}

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

  static RolloutFailure noAnswer(final long waitedNs) {
    return new RolloutFailure(
        RolloutFailure.Boundary.BACKEND,
        "no_answer",
        "the model did not answer within " + waitedNs / 1_000_000 + " ms");
  }
}
