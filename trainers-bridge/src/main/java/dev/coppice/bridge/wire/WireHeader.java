package dev.coppice.bridge.wire;

import dev.coppice.credit.shared.SharedTokenRule;
import dev.coppice.trajectory.SamplingSettings;
import java.util.List;
import java.util.Objects;

/**
 * Says once per stream or file what its rows were made with.
 *
 * @param run the name of the run.
 * @param model that sampled.
 * @param logprobMode of the log-probabilities: {@code sampled} for the distribution that was
 *     sampled from, {@code raw} for the model's own.
 * @param sampling settings of every action.
 * @param credit of the rows.
 * @param drawable says what could be drawn at all, where kept ids are told beside the tokens; else
 *     null.
 */
public record WireHeader(
    String run,
    Model model,
    String logprobMode,
    SamplingSettings sampling,
    Credit credit,
    Drawable drawable) {
  /** The format this build writes and reads. */
  public static final String FORMAT_VERSION = "coppice.wire/2";

  /** The format before, which this build reads: every path is one draw, and no node is marked. */
  public static final String FORMAT_ONE_DRAW = "coppice.wire/1";

  /**
   * Names the model that sampled.
   *
   * @param name of the model.
   * @param tokenizerSha256 the digest of {@code tokenizer.json}, or an empty string where there is
   *     none.
   * @param chatTemplateSha256 the digest of the chat template, or an empty string.
   */
  public record Model(String name, String tokenizerSha256, String chatTemplateSha256) {
    /** Checks that nothing is missing. */
    public Model {
      Objects.requireNonNull(name, "model is null");
      Objects.requireNonNull(tokenizerSha256, "tokenizerSha256 is null");
      Objects.requireNonNull(chatTemplateSha256, "chatTemplateSha256 is null");
    }
  }

  /**
   * Says what the advantages are.
   *
   * @param rule for shared tokens that the advantages are meant for.
   * @param kind of the advantages.
   * @param estimator that gave them, or an empty string.
   */
  public record Credit(SharedTokenRule rule, AdvantageKind kind, String estimator) {
    /** Checks that nothing is missing. */
    public Credit {
      Objects.requireNonNull(rule, "sharedTokenRule is null");
      Objects.requireNonNull(kind, "advantageKind is null");
      Objects.requireNonNull(estimator, "estimator is null");
    }
  }

  /**
   * Says what could be drawn at all.
   *
   * @param vocabularySize of the tokenizer: logits from there on stand for no token.
   * @param holes ids below it that stand for no token.
   */
  public record Drawable(int vocabularySize, List<Integer> holes) {
    /** Keeps a copy. */
    public Drawable {
      holes = List.copyOf(holes);
    }
  }

  /**
   * Describes rows without kept ids.
   *
   * @param run the name of the run.
   * @param model that sampled.
   * @param logprobMode of the log-probabilities.
   * @param sampling settings of every action.
   * @param credit of the rows.
   */
  public WireHeader(
      final String run,
      final Model model,
      final String logprobMode,
      final SamplingSettings sampling,
      final Credit credit) {
    this(run, model, logprobMode, sampling, credit, null);
  }

  /** Checks that nothing is missing. */
  public WireHeader {
    Objects.requireNonNull(run, "run is null");
    Objects.requireNonNull(model, "model is null");
    Objects.requireNonNull(logprobMode, "logprobMode is null");
    Objects.requireNonNull(sampling, "sampling is null");
    Objects.requireNonNull(credit, "credit is null");
  }
}
