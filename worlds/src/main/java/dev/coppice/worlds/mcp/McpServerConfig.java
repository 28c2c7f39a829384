package dev.coppice.worlds.mcp;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Says which MCP server is the world, and what is asked of it.
 *
 * @param command that starts a server speaking over standard input and output; empty where there is
 *     a {@code url}.
 * @param environment variables added for the command.
 * @param address of a server speaking streamable HTTP, or null where there is a command.
 * @param readOnly names of tools that change nothing, beside those the server marks so itself.
 * @param limits of one call.
 * @param tasks to be solved.
 */
public record McpServerConfig(
    List<String> command,
    Map<String, String> environment,
    McpAddress address,
    Set<String> readOnly,
    Limits limits,
    List<McpTask> tasks) {
  /** Checks that there is one way to the server, and something to do. */
  public McpServerConfig {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
    readOnly = Set.copyOf(readOnly);
    tasks = List.copyOf(tasks);
    Objects.requireNonNull(limits, "limits is null");
    if (command.isEmpty() == (address == null)) {
      throw new IllegalArgumentException("mcp: a server needs either a command or a url");
    }
    if (tasks.isEmpty()) {
      throw new IllegalArgumentException("mcp: there is no task; give at least one in \"tasks\"");
    }
  }

  /**
   * Limits one call.
   *
   * @param startTimeoutMs that the server may take to come up.
   * @param callTimeoutMs that a call may take.
   * @param messageBytes of the longest message that is read; a longer one fails the call.
   * @param resultChars of a result the policy is shown; what follows is cut.
   */
  public record Limits(int startTimeoutMs, int callTimeoutMs, int messageBytes, int resultChars) {
    /** Limits that suit most servers. */
    public static final Limits DEFAULT = new Limits(30_000, 8_000, 4 << 20, 8_000);

    /** Checks the ranges. */
    public Limits {
      if (startTimeoutMs < 1 || callTimeoutMs < 1 || messageBytes < 1 || resultChars < 1) {
        throw new IllegalArgumentException(
            "mcp: every limit must be at least 1: startTimeoutMs="
                + startTimeoutMs
                + " callTimeoutMs="
                + callTimeoutMs
                + " messageBytes="
                + messageBytes
                + " resultChars="
                + resultChars);
      }
    }
  }
}
