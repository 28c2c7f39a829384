package dev.coppice.trajectory;

import java.util.Objects;

/**
 * Says why a branch failed; a failure is data, never a reward.
 *
 * @param boundary at which it happened.
 * @param code short stable name, for example {@code nan_logits}.
 * @param message for a person.
 */
public record RolloutFailure(Boundary boundary, String code, String message) {
  /** Checks that nothing is missing. */
  public RolloutFailure {
    Objects.requireNonNull(boundary, "boundary is null");
    Objects.requireNonNull(code, "code is null");
    Objects.requireNonNull(message, "message is null");
  }

  /** Names the part at whose border a failure happened. */
  public enum Boundary {
    /** The environment's own code. */
    ENVIRONMENT(0, "environment"),
    /** A tool call. */
    TOOL(1, "tool"),
    /** The parser of sampled text. */
    PARSER(2, "parser"),
    /** The inference backend. */
    BACKEND(3, "backend"),
    /** A configured limit. */
    LIMIT(4, "limit");

    private final int code;
    private final String wireName;

    Boundary(final int code, final String wireName) {
      this.code = code;
      this.wireName = wireName;
    }

    /**
     * Returns the name used in traces.
     *
     * @return the name used in traces.
     */
    public String wireName() {
      return wireName;
    }

    /**
     * Returns the number used in bytes; it never changes, whatever the order of the constants.
     *
     * @return the number used in bytes.
     */
    public int code() {
      return code;
    }

    /**
     * Finds the value with a number.
     *
     * @param code to look up.
     * @return the value of that number.
     * @throws IllegalArgumentException if no value has that number.
     */
    public static Boundary ofCode(final int code) {
      for (final Boundary value : values()) {
        if (value.code == code) {
          return value;
        }
      }
      throw new IllegalArgumentException("unknown code: Boundary=" + code);
    }

    /**
     * Finds the value with a trace name.
     *
     * @param wireName to look up.
     * @return the value of that name.
     * @throws IllegalArgumentException if no value has that name.
     */
    public static Boundary ofWireName(final String wireName) {
      for (final Boundary value : values()) {
        if (value.wireName.equals(wireName)) {
          return value;
        }
      }
      throw new IllegalArgumentException("unknown name: Boundary=" + wireName);
    }
  }
}
