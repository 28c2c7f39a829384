package dev.coppice.proxy.talk;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads and writes calls as Hermes, Qwen and SmolLM do: JSON between {@code <tool_call>} marks, one
 * call or a list of them.
 *
 * @thread any; stateless.
 */
final class CallMarks {
  static final String OPEN = "<tool_call>";
  static final String CLOSE = "</tool_call>";

  private static final String ARGUMENTS = "arguments";

  private CallMarks() {}

  /** A call whose id is not given yet. */
  record Made(String name, String arguments) {}

  /** Reads what stands between the marks; null where that is no call. */
  static List<Made> read(final String text) {
    final JsonNode node;
    try {
      node = Messages.JSON.readTree(text.strip());
    } catch (final JsonProcessingException e) {
      return null;
    }
    final List<Made> calls = new ArrayList<>();
    if (node.isArray() && !node.isEmpty()) {
      for (final JsonNode one : node) {
        if (!add(one, calls)) {
          return null;
        }
      }
      return calls;
    }
    return add(node, calls) ? calls : null;
  }

  private static boolean add(final JsonNode node, final List<Made> calls) {
    final JsonNode arguments = node.has(ARGUMENTS) ? node.path(ARGUMENTS) : node.path("parameters");
    final boolean fits = node.isObject() && node.path("name").isTextual();
    if (!fits || !(arguments.isObject() || arguments.isMissingNode())) {
      return false;
    }
    final String text = arguments.isMissingNode() ? "{}" : arguments.toString();
    calls.add(new Made(node.path("name").asText(), text));
    return true;
  }

  /** Writes the calls of a message, for a template that writes none. */
  static String write(final List<ToolUse> calls) {
    final StringBuilder text = new StringBuilder();
    for (final ToolUse call : calls) {
      final Map<String, Object> made = new LinkedHashMap<>();
      made.put("name", call.name());
      made.put(ARGUMENTS, Messages.read(call.arguments()));
      text.append(text.isEmpty() ? "" : "\n").append(OPEN).append('\n');
      text.append("{\"name\": ").append(Messages.json(call.name()));
      text.append(", \"arguments\": ").append(Messages.json(made.get(ARGUMENTS))).append("}\n");
      text.append(CLOSE);
    }
    return text.toString();
  }

  /** Says in a system message which tools there are, for a template that does not. */
  static String introduction(final List<Map<String, Object>> schemas) {
    final StringBuilder text = new StringBuilder();
    text.append(
        "You may call one or more functions. The functions, within <tools></tools>:\n<tools>");
    for (final Map<String, Object> schema : schemas) {
      text.append('\n').append(Messages.json(schema));
    }
    text.append(
        "\n</tools>\n\nFor each call return a JSON object with the name and the arguments,");
    text.append(" within ").append(OPEN).append(CLOSE).append(":\n").append(OPEN);
    text.append("\n{\"name\": <function-name>, \"arguments\": <arguments-object>}\n").append(CLOSE);
    return text.toString();
  }

  /** Shows the result of a call, for a template that does not know results. */
  static String result(final String content) {
    return "<tool_response>\n" + content + "\n</tool_response>";
  }

  /** Returns what a turn begins with that must call: a tool by name, or any where it is empty. */
  static String forced(final String tool) {
    final String name = tool.isEmpty() ? "" : " " + Messages.json(tool) + ", \"arguments\":";
    return OPEN + "\n{\"name\":" + name;
  }
}
