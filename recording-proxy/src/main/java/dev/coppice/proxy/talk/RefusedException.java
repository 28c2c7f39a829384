package dev.coppice.proxy.talk;

import dev.coppice.error.CoppiceException;
import dev.coppice.error.ErrorCategory;
import dev.coppice.error.ErrorCode;

/**
 * Refuses what an agent asked for; each protocol tells it in its own shape.
 *
 * @thread any; immutable.
 */
public final class RefusedException extends CoppiceException {
  private static final long serialVersionUID = 1L;

  private static final ErrorCode CODE = new ErrorCode(ErrorCategory.CALL, "request-refused");

  private final Kind kind;
  private final String field;

  /**
   * Keeps what is wrong.
   *
   * @param kind of refusal.
   * @param field of the request that is wrong, or null.
   * @param message that names the thing and the mend.
   */
  public RefusedException(final Kind kind, final String field, final String message) {
    super(CODE, message, null);
    this.kind = kind;
    this.field = field;
  }

  /**
   * Refuses a field by its name.
   *
   * @param field of the request.
   * @param message that says what is wrong and what would be right.
   * @return what to throw.
   */
  public static RefusedException field(final String field, final String message) {
    return new RefusedException(Kind.INVALID, field, field + ": " + message);
  }

  /** Says what kind of refusal it is. */
  public enum Kind {
    /** The request is wrong. */
    INVALID(400),
    /** The conversation does not fit the model's context. */
    TOO_LONG(400),
    /** The caller has no right token. */
    UNAUTHENTICATED(401),
    /** The caller comes by a name this server does not answer to. */
    FORBIDDEN(403),
    /** There is no such thing. */
    NOT_FOUND(404),
    /** The rollout is in another state. */
    CONFLICT(409),
    /** The request is too large. */
    TOO_LARGE(413),
    /** The model failed. */
    BACKEND(500),
    /** The proxy is ending, or its disk is full. */
    UNAVAILABLE(503);

    private final int status;

    Kind(final int status) {
      this.status = status;
    }

    /**
     * Returns the status of HTTP.
     *
     * @return for example 400.
     */
    public int status() {
      return status;
    }
  }

  /**
   * Returns the kind.
   *
   * @return the kind of refusal.
   */
  public Kind kind() {
    return kind;
  }

  /**
   * Returns the field.
   *
   * @return the name of the field that is wrong, or null.
   */
  public String field() {
    return field;
  }
}
