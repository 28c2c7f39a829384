package dev.coppice.worlds.mcp;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.environments.TaskRequest;
import dev.coppice.environments.WorldPlug;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.plug.NamedPlug;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Offers {@code mcp}; the path is a file that describes server and tasks.
 *
 * <pre>
 * {"command": ["npx", "-y", "SERVER"], "environment": {"KEY": "VALUE"},      or "url": "http://...",
 *                                                       "headers": {"Authorization": "Bearer ${TOKEN}"},
 *  "read_only": ["TOOL"], "start_timeout_ms": 30000, "call_timeout_ms": 8000,
 *  "message_bytes": 4194304, "result_chars": 8000,
 *  "tasks": [{"request": "...", "answer": "...", "calls": [{"tool": "...", "arguments": {}}]}]}
 * </pre>
 *
 * @thread any; immutable.
 */
public final class McpPlug extends NamedPlug implements WorldPlug {
  private static final Set<String> KEYS =
      Set.of(
          "command",
          "environment",
          "url",
          "headers",
          "read_only",
          "start_timeout_ms",
          "call_timeout_ms",
          "message_bytes",
          "result_chars",
          "tasks");

  /** Makes the plug. */
  public McpPlug() {
    super(McpTaskset.NAME, "The tools of a server of the Model Context Protocol.");
  }

  @Override
  public String data() {
    return "a JSON file with the server's command or url, and tasks";
  }

  @Override
  public String usualPath() {
    return "examples/mcp-everything.json";
  }

  @Override
  public Taskset taskset(final TaskRequest request) {
    return new McpTaskset(read(request.file()));
  }

  static McpServerConfig read(final Path path) {
    final Map<String, Object> file;
    try {
      file = new ObjectMapper().readValue(path.toFile(), new TypeReference<>() {});
    } catch (JacksonException e) {
      throw new IllegalArgumentException("mcp: not JSON: " + path + ": " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new IllegalArgumentException("mcp: cannot read: " + path, e);
    }
    for (final String key : file.keySet()) {
      if (!KEYS.contains(key)) {
        throw new IllegalArgumentException("mcp: unknown key " + key + "; known are " + KEYS);
      }
    }
    final McpServerConfig.Limits usual = McpServerConfig.Limits.DEFAULT;
    return new McpServerConfig(
        strings(file, "command"),
        texts(file, "environment"),
        address(file),
        Set.copyOf(strings(file, "read_only")),
        new McpServerConfig.Limits(
            number(file, "start_timeout_ms", usual.startTimeoutMs()),
            number(file, "call_timeout_ms", usual.callTimeoutMs()),
            number(file, "message_bytes", usual.messageBytes()),
            number(file, "result_chars", usual.resultChars())),
        tasks(file));
  }

  private static McpAddress address(final Map<String, Object> file) {
    final Map<String, String> headers = texts(file, "headers");
    if (file.get("url") instanceof String url) {
      try {
        return McpAddress.of(new URI(url), headers, System::getenv);
      } catch (URISyntaxException e) {
        throw new IllegalArgumentException("mcp: url is none: " + e.getReason(), e);
      }
    }
    if (!headers.isEmpty()) {
      throw new IllegalArgumentException(
          "mcp: headers go with url; a command takes its keys from environment");
    }
    return null;
  }

  private static Map<String, String> texts(final Map<String, Object> file, final String key) {
    final Map<String, String> texts = new HashMap<>();
    if (!(file.getOrDefault(key, Map.of()) instanceof Map<?, ?> given)) {
      throw new IllegalArgumentException("mcp: " + key + " is an object of texts by name");
    }
    given.forEach((name, value) -> texts.put((String) name, String.valueOf(value)));
    return texts;
  }

  private static List<McpTask> tasks(final Map<String, Object> file) {
    final List<McpTask> tasks = new ArrayList<>();
    if (file.getOrDefault("tasks", List.of()) instanceof List<?> given) {
      for (final Object task : given) {
        if (!(task instanceof Map<?, ?> fields)) {
          throw new IllegalArgumentException("mcp: a task is an object: " + task);
        }
        tasks.add(McpTask.read(fields));
      }
    }
    return tasks;
  }

  private static List<String> strings(final Map<String, Object> file, final String key) {
    final Object value = file.getOrDefault(key, List.of());
    if (!(value instanceof List<?> list) || !list.stream().allMatch(String.class::isInstance)) {
      throw new IllegalArgumentException("mcp: " + key + " is a list of texts, not " + value);
    }
    return list.stream().map(String.class::cast).toList();
  }

  private static int number(final Map<String, Object> file, final String key, final int otherwise) {
    final Object value = file.getOrDefault(key, otherwise);
    if (!(value instanceof Integer number)) {
      throw new IllegalArgumentException("mcp: " + key + " is a whole number, not " + value);
    }
    return number;
  }
}
