package dev.coppice.remote.protocol;

import dev.coppice.trajectory.SamplingSettings;

/** Says when vLLM's log-probabilities are those of the distribution drawn from. */
final class VllmLogprobs {
  private VllmLogprobs() {}

  static String lack(final SamplingSettings sampling, final ServerDialect.LogprobScale scale) {
    final boolean isOwn = sampling.temperature() == 1.0 && sampling.isUncut();
    return isOwn || scale != ServerDialect.LogprobScale.RAW
        ? null
        : "start vllm with --logprobs-mode processed_logprobs, or sample with temperature 1 and no"
            + " top-p, top-k or min-p";
  }
}
