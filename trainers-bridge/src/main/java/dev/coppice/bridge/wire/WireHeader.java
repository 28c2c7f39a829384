package dev.coppice.bridge.wire;

import dev.coppice.credit.shared.SharedTokenRule;
import dev.coppice.trajectory.SamplingSettings;
import java.util.Objects;

/**
 * Says once per stream or file what its rows were made with.
 *
 * @param run the name of the run.
 * @param model the name of the model that sampled.
 * @param tokenizerSha256 the digest of {@code tokenizer.json}, or an empty string where there is
 *     none.
 * @param chatTemplateSha256 the digest of the chat template, or an empty string.
 * @param logprobMode of the log-probabilities: {@code sampled} for the distribution that was
 *     sampled from, {@code raw} for the model's own.
 * @param sampling settings of every action.
 * @param sharedTokenRule the advantages are meant for.
 * @param advantageKind the rows carry.
 * @param estimator that gave the advantages, or an empty string.
 */
public record WireHeader(
    String run,
    String model,
    String tokenizerSha256,
    String chatTemplateSha256,
    String logprobMode,
    SamplingSettings sampling,
    SharedTokenRule sharedTokenRule,
    AdvantageKind advantageKind,
    String estimator) {
  /** The format this build writes and reads. */
  public static final String FORMAT_VERSION = "coppice.wire/1";

  /** Checks that nothing is missing. */
  public WireHeader {
    Objects.requireNonNull(run, "run is null");
    Objects.requireNonNull(model, "model is null");
    Objects.requireNonNull(tokenizerSha256, "tokenizerSha256 is null");
    Objects.requireNonNull(chatTemplateSha256, "chatTemplateSha256 is null");
    Objects.requireNonNull(logprobMode, "logprobMode is null");
    Objects.requireNonNull(sampling, "sampling is null");
    Objects.requireNonNull(sharedTokenRule, "sharedTokenRule is null");
    Objects.requireNonNull(advantageKind, "advantageKind is null");
    Objects.requireNonNull(estimator, "estimator is null");
  }
}
