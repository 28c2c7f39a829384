package dev.coppice.environments.world;

import dev.coppice.environment.Dialect;
import dev.coppice.environments.tool.CallText;
import java.util.Map;
import java.util.Objects;

/**
 * Says how calls, observations and answers are written in one model's texts.
 *
 * <p>Between the marks of a call stands a {@link CallText}.
 *
 * @param dialect the marks of calls and answers.
 * @param observationOpen begins every observation.
 * @param observationClose ends every observation; not empty.
 */
public record CallFormat(Dialect dialect, String observationOpen, String observationClose) {
  /** Marks {@code <tool_call>}, {@code <tool_response>} and {@code <answer>}. */
  public static final CallFormat TAGS =
      new CallFormat(
          new Dialect("<tool_call>", "</tool_call>", "<answer>", "</answer>"),
          "<tool_response>",
          "</tool_response>");

  /** Checks that calls and observations have ends. */
  public CallFormat {
    Objects.requireNonNull(observationOpen, "observationOpen is null");
    if (dialect.callClose().isEmpty() || observationClose.isEmpty()) {
      throw new IllegalArgumentException(
          "calls and observations need marks that end them: dialect="
              + dialect
              + " observationClose="
              + observationClose);
    }
  }

  /**
   * Writes a call as a policy would, marks included, in ASCII alone.
   *
   * @param tool to call.
   * @param arguments of the call.
   * @return the text of the turn.
   */
  public String call(final String tool, final Map<String, ?> arguments) {
    return dialect.callOpen() + CallText.write(tool, arguments) + dialect.callClose();
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
