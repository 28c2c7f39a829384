package dev.coppice.worlds.mcp;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.toolworld.Taskset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Asks for something that a server's tools can do.
 *
 * @param request of the user.
 * @param answer that is right, blanks at its ends aside, or null where nobody can say.
 * @param calls that solve it; may be empty.
 */
public record McpTask(String request, String answer, List<Taskset.Call> calls) {
  /** Checks that something is asked. */
  public McpTask {
    Objects.requireNonNull(request, "request is null");
    calls = List.copyOf(calls);
  }

  /** Writes the task as the input of an episode. */
  String json() {
    final List<Map<String, Object>> written = new ArrayList<>();
    calls.forEach(call -> written.add(Map.of("tool", call.tool(), "arguments", call.arguments())));
    final Map<String, Object> input = new HashMap<>();
    input.put("request", request);
    input.put("calls", written);
    if (answer != null) {
      input.put("answer", answer);
    }
    return CanonicalJson.write(input);
  }

  /** Reads a task; {@code calls} and {@code answer} may be left out. */
  static McpTask read(final Map<?, ?> input) {
    final Object given = input.containsKey("calls") ? input.get("calls") : List.of();
    if (!(input.get("request") instanceof String request) || !(given instanceof List<?> calls)) {
      throw new IllegalArgumentException("mcp: a task needs a request: " + input);
    }
    final List<Taskset.Call> read = new ArrayList<>();
    for (final Object call : calls) {
      if (!(call instanceof Map<?, ?> named)
          || !(named.get("tool") instanceof String tool)
          || !(named.get("arguments") instanceof Map<?, ?> values)) {
        throw new IllegalArgumentException("mcp: a call needs a tool and arguments: " + call);
      }
      final Map<String, Object> arguments = new LinkedHashMap<>();
      values.forEach((name, value) -> arguments.put((String) name, value));
      read.add(new Taskset.Call(tool, arguments));
    }
    return new McpTask(request, input.get("answer") instanceof String answer ? answer : null, read);
  }
}
