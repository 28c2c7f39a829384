package dev.coppice.environments.toolworld;

import dev.coppice.environments.tool.CallNotation;
import dev.coppice.environments.tool.CallText;
import dev.coppice.episode.Dialect;
import java.util.Map;
import java.util.Objects;

/**
 * Says how calls, observations and answers are written in one model's texts.
 *
 * <p>Between the marks of a call it stands in a {@link CallNotation}, usually as JSON.
 *
 * @param dialect the marks of calls and answers.
 * @param observationOpen begins every observation.
 * @param observationClose ends every observation; empty where a chat template writes the end.
 * @param notation of a call between its marks.
 */
public record CallFormat(
    Dialect dialect, String observationOpen, String observationClose, CallNotation notation) {
  /** Marks {@code <tool_call>}, {@code <tool_response>} and {@code <answer>}. */
  public static final CallFormat TAGS =
      new CallFormat(
          new Dialect(
              "<tool_call>", "</tool_call>", "<answer>", "</answer>", Dialect.Ending.JSON, 1),
          "<tool_response>",
          "</tool_response>");

  /** Marks of {@link #TAGS}, and bare results, for a chat template to put marks around. */
  public static final CallFormat BARE_RESULTS =
      new CallFormat(TAGS.dialect(), "", "", TAGS.notation());

  /** Checks that calls have ends. */
  public CallFormat {
    Objects.requireNonNull(observationOpen, "observationOpen is null");
    Objects.requireNonNull(observationClose, "observationClose is null");
    Objects.requireNonNull(notation, "notation is null");
    if (dialect.callOpen().isEmpty()) {
      throw new IllegalArgumentException("calls need a mark: dialect=" + dialect);
    }
  }

  /**
   * Sets the marks around calls that are written as JSON.
   *
   * @param dialect the marks of calls and answers.
   * @param observationOpen begins every observation.
   * @param observationClose ends every observation; not empty.
   */
  public CallFormat(
      final Dialect dialect, final String observationOpen, final String observationClose) {
    this(dialect, observationOpen, observationClose, CallNotation.JSON);
  }

  /**
   * Writes a call as a policy would, marks included.
   *
   * @param tool to call.
   * @param arguments of the call.
   * @return the text of the turn.
   */
  public String call(final String tool, final Map<String, Object> arguments) {
    final String written = notation.write(new CallText(tool, arguments));
    final boolean isBare = dialect.ending() == Dialect.Ending.BARE;
    return (isBare ? "" : dialect.callOpen()) + written + dialect.callClose();
  }

  /**
   * Writes a final answer as a policy would.
   *
   * @param answer between the marks.
   * @return the text of the turn.
   */
  public String answer(final String answer) {
    return dialect.answerOpen() + answer + dialect.answerClose();
  }

  /**
   * Writes what the policy is shown.
   *
   * @param result of a call.
   * @return the observation.
   */
  public String observation(final String result) {
    return observationOpen + result + observationClose;
  }
}
