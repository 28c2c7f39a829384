package dev.coppice.trajectory;

import java.util.Objects;

/**
 * Records one executed tool call.
 *
 * @param id of the call, unique in its tree.
 * @param node the id of the action node whose tokens made the call.
 * @param tool the name of the tool, or an empty string where the call was malformed.
 * @param arguments as canonical JSON (sorted keys, no blanks).
 * @param status the call came to.
 * @param correct whether the call was right, or null where nobody can say.
 * @param latencyUs the time the tool took, in microseconds.
 * @param provenance of the result: {@code real}, {@code recorded}, {@code simulated} or
 *     {@code fault}.
 */
public record ToolCall(
    int id,
    int node,
    String tool,
    String arguments,
    Status status,
    Boolean correct,
    long latencyUs,
    String provenance) {
  /** Checks that nothing is missing. */
  public ToolCall {
    Objects.requireNonNull(tool, "tool is null");
    Objects.requireNonNull(arguments, "arguments is null");
    Objects.requireNonNull(status, "status is null");
    Objects.requireNonNull(provenance, "provenance is null");
  }

  /** Says what a tool call came to; from THREW on, the tool itself failed. */
  public enum Status {
    /** The tool did what the policy asked. */
    OK(0, "ok"),
    /** The call was well formed but not allowed; the policy saw an error and went on. */
    ILLEGAL(1, "illegal"),
    /** The call could not be parsed; the policy saw an error and went on. */
    MALFORMED(2, "malformed"),
    /** The tool threw. */
    THREW(3, "threw"),
    /** The tool did not answer before its deadline. */
    TIMEOUT(4, "timeout"),
    /** The tool answered with more than the limit. */
    OVERSIZE(5, "oversize"),
    /** The tool answered with something that is not an observation. */
    INVALID(6, "invalid");

    private final int code;
    private final String wireName;

    Status(final int code, final String wireName) {
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
    public static Status ofCode(final int code) {
      for (final Status value : values()) {
        if (value.code == code) {
          return value;
        }
      }
      throw new IllegalArgumentException("unknown code: Status=" + code);
    }

    /**
     * Finds the value with a trace name.
     *
     * @param wireName to look up.
     * @return the value of that name.
     * @throws IllegalArgumentException if no value has that name.
     */
    public static Status ofWireName(final String wireName) {
      for (final Status value : values()) {
        if (value.wireName.equals(wireName)) {
          return value;
        }
      }
      throw new IllegalArgumentException("unknown name: Status=" + wireName);
    }
  }
}
