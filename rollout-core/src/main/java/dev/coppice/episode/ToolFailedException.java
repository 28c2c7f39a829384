package dev.coppice.episode;

import dev.coppice.error.Coded;
import dev.coppice.error.ErrorCategory;
import dev.coppice.error.ErrorCode;
import dev.coppice.trajectory.ToolCall;
import java.util.Objects;

/**
 * Says that a tool failed, in words a person can act on; the branch ends as {@code tool_failed} and
 * is never scored.
 *
 * <p>Any other exception of a tool means the same with the code {@code threw}.
 */
public final class ToolFailedException extends Exception implements Coded {
  private static final long serialVersionUID = 1L;

  private static final ErrorCode CODE = new ErrorCode(ErrorCategory.WORLD, "tool-failed");

  private final ToolCall.Status status;
  private final String code;
  private final transient Observation.Source source;

  /**
   * Describes a failure.
   *
   * @param status THREW, TIMEOUT, OVERSIZE or INVALID.
   * @param code short stable name, for example {@code replay_miss}.
   * @param message for a person.
   * @param source of the failure.
   */
  public ToolFailedException(
      final ToolCall.Status status,
      final String code,
      final String message,
      final Observation.Source source) {
    super(message);
    this.status = Objects.requireNonNull(status, "status is null");
    this.code = Objects.requireNonNull(code, "code is null");
    this.source = Objects.requireNonNull(source, "source is null");
  }

  /**
   * Returns what the call came to.
   *
   * @return the status.
   */
  public ToolCall.Status status() {
    return status;
  }

  /**
   * Returns the short name of the failure.
   *
   * @return the code.
   */
  public String code() {
    return code;
  }

  /**
   * Returns where the failure comes from, and how long it took.
   *
   * @return the source.
   */
  public Observation.Source source() {
    return source;
  }

  @Override
  public ErrorCode errorCode() {
    return CODE;
  }
}
