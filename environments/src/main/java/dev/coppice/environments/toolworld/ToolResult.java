package dev.coppice.environments.toolworld;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.episode.Observation;
import dev.coppice.trajectory.ToolCall;
import java.util.Map;
import java.util.Objects;

/**
 * Answers a {@link ToolRequest}.
 *
 * @param status OK, or ILLEGAL where the policy did something that is not allowed.
 * @param text the policy is shown, usually canonical JSON.
 * @param correct whether the call was right, or null where nobody can say.
 * @param over whether the rules of the world end the episode here.
 * @param stepReward for this step, usually 0.
 * @param note that the reward must remember of this call, or null; see {@link
 *     dev.coppice.environments.tool.SeenResults#notes}.
 * @param source where the result comes from; a world's own results are {@code REAL}.
 */
public record ToolResult(
    ToolCall.Status status,
    String text,
    Boolean correct,
    boolean over,
    double stepReward,
    String note,
    Observation.Source source) {
  /** Checks that nothing is missing, and that a failure is thrown instead. */
  public ToolResult {
    Objects.requireNonNull(text, "text is null");
    Objects.requireNonNull(source, "source is null");
    if (status != ToolCall.Status.OK && status != ToolCall.Status.ILLEGAL) {
      throw new IllegalArgumentException("a tool that failed throws: status=" + status);
    }
  }

  /**
   * Answers a call that worked.
   *
   * @param text the policy is shown.
   * @return the result.
   */
  public static ToolResult ok(final String text) {
    return ok(text, null);
  }

  /**
   * Answers a call that worked and that the reward must remember.
   *
   * @param text the policy is shown.
   * @param note for the reward.
   * @return the result.
   */
  public static ToolResult ok(final String text, final String note) {
    return new ToolResult(
        ToolCall.Status.OK, text, null, false, 0.0, note, Observation.Source.REAL);
  }

  /**
   * Answers a call that is not allowed; the state must not have changed.
   *
   * @param message the policy is shown, saying what is wrong and how it would be right.
   * @return the result; its text is {@code {"error":"..."}}.
   */
  public static ToolResult refused(final String message) {
    return new ToolResult(
        ToolCall.Status.ILLEGAL,
        CanonicalJson.write(Map.of("error", message)),
        false,
        false,
        0.0,
        null,
        Observation.Source.REAL);
  }

  /**
   * Returns the same result from another source.
   *
   * @param other the source.
   * @return a copy.
   */
  public ToolResult from(final Observation.Source other) {
    return new ToolResult(status, text, correct, over, stepReward, note, other);
  }
}
