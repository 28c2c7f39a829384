package dev.coppice.episode;

import dev.coppice.trajectory.ToolCall;
import java.util.Objects;

/**
 * Answers a tool call.
 *
 * @param text the policy is shown, marks included; it is tokenised once and never again.
 * @param tool the name of the tool that ran, or empty where the call was malformed.
 * @param arguments of the call as canonical JSON: sorted keys, no blanks.
 * @param status OK, ILLEGAL or MALFORMED; the other values are the engine's.
 * @param correct whether the call was right, or null where nobody can say.
 * @param over whether the rules of the environment end the episode here; it is then completed and
 *     scored by {@link Episode#truncated}.
 * @param stepReward for this step, usually 0.
 * @param source where the result comes from and how long the tool took.
 */
public record Observation(
    String text,
    String tool,
    String arguments,
    ToolCall.Status status,
    Boolean correct,
    boolean over,
    double stepReward,
    Source source) {
  /** Checks that nothing is missing. */
  public Observation {
    Objects.requireNonNull(text, "text is null");
    Objects.requireNonNull(tool, "tool is null");
    Objects.requireNonNull(arguments, "arguments is null");
    Objects.requireNonNull(status, "status is null");
    Objects.requireNonNull(source, "source is null");
  }

  /**
   * Copies the observation with another text.
   *
   * @param newText the policy is shown.
   * @return a copy.
   */
  public Observation with(final String newText) {
    return new Observation(newText, tool, arguments, status, correct, over, stepReward, source);
  }

  /**
   * Says where a result comes from and how long its tool took.
   *
   * @param provenance of the result.
   * @param latencyUs of the tool in microseconds, or {@link #MEASURE} for what the engine measures.
   */
  public record Source(Provenance provenance, long latencyUs) {
    /** Has the engine measure the latency. */
    public static final long MEASURE = -1;

    /** A tool that ran just now. */
    public static final Source REAL = new Source(Provenance.REAL, MEASURE);

    /** Checks that nothing is missing. */
    public Source {
      Objects.requireNonNull(provenance, "provenance is null");
    }
  }

  /**
   * Answers a call that a tool ran for just now.
   *
   * @param text the policy is shown.
   * @param tool that ran.
   * @param arguments of the call as canonical JSON.
   * @param status the call came to.
   * @param correct whether the call was right, or null.
   * @param over whether the episode ends here.
   * @param stepReward for this step.
   */
  public Observation(
      final String text,
      final String tool,
      final String arguments,
      final ToolCall.Status status,
      final Boolean correct,
      final boolean over,
      final double stepReward) {
    this(text, tool, arguments, status, correct, over, stepReward, Source.REAL);
  }

  /**
   * Answers a call after which the episode continues.
   *
   * @param text the policy is shown.
   * @param tool that ran.
   * @param arguments of the call as canonical JSON.
   * @param status the call came to.
   * @param correct whether the call was right, or null.
   * @return an observation without step reward.
   */
  public static Observation of(
      final String text,
      final String tool,
      final String arguments,
      final ToolCall.Status status,
      final Boolean correct) {
    return new Observation(text, tool, arguments, status, correct, false, 0.0);
  }
}
