package dev.coppice.worlds.mcp;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.canonical.StateDigest;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.environments.toolworld.ToolRequest;
import dev.coppice.environments.toolworld.ToolResult;
import dev.coppice.environments.toolworld.ToolSpec;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Score;
import dev.coppice.episode.ToolFailedException;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Holds one session with a server of its own, begun by the first call.
 *
 * <p>Nobody can look into a server, so its state is known by what was done to it: the digest covers
 * the calls of tools that may write, and their answers. A fork is a fresh session in which those
 * calls are made again; where a server answers them otherwise, the branch fails.
 */
final class McpWorld implements ToolWorld {
  private static final int METHOD_NOT_FOUND = -32601;
  private static final int INVALID_PARAMS = -32602;

  private final McpServerConfig config;
  private final List<ToolSpec> specs;
  private McpTask task;
  private String digest;
  private volatile McpConnection connection;
  private boolean changed;
  private volatile boolean over;

  McpWorld(final McpServerConfig config, final List<ToolSpec> specs) {
    this.config = config;
    this.specs = specs;
  }

  @Override
  public List<ToolSpec> tools() {
    return specs;
  }

  @Override
  public void reset(final Task begun, final long seed) {
    final McpConnection old = connection;
    connection = null;
    if (old != null) {
      old.close();
    }
    over = false;
    changed = false;
    task = McpTask.read(CanonicalJson.read(begun.input()));
    digest = StateDigest.of("mcp\0" + begun.input());
  }

  @Override
  public ToolResult call(final ToolRequest request) throws Exception {
    final ToolSpec spec = spec(request.tool());
    if (spec == null) {
      return ToolResult.refused("there is no such tool: " + request.tool());
    }
    final ToolResult result;
    try {
      result = shown(connected().call(request.tool(), request.arguments()));
    } catch (McpError e) {
      return refused(e);
    } catch (ToolFailedException | InterruptedException e) {
      over = true;
      throw e;
    }
    if (spec.effect() == SideEffect.WRITE) {
      changed = true;
      final String call = request.tool() + CanonicalJson.write(request.arguments());
      digest = StateDigest.of(digest + "\0" + call + "\0" + result.text());
    }
    return result;
  }

  private ToolSpec spec(final String name) {
    for (final ToolSpec spec : specs) {
      if (spec.name().equals(name)) {
        return spec;
      }
    }
    return null;
  }

  private synchronized McpConnection connected() throws ToolFailedException, InterruptedException {
    if (over) {
      throw new ToolFailedException(
          ToolCall.Status.THREW,
          "mcp_session_over",
          "the session with the server has failed before",
          Observation.Source.REAL);
    }
    if (connection == null) {
      connection = McpConnection.open(config);
    }
    return connection;
  }

  private static ToolResult refused(final McpError error) throws ToolFailedException {
    final int code = error.getJsonRpcError() == null ? 0 : error.getJsonRpcError().code();
    if (code == METHOD_NOT_FOUND || code == INVALID_PARAMS) {
      return ToolResult.refused(error.getMessage());
    }
    throw new ToolFailedException(
        ToolCall.Status.THREW,
        "mcp_error",
        "the server failed: code=" + code + ": " + error.getMessage(),
        Observation.Source.REAL);
  }

  private ToolResult shown(final McpSchema.CallToolResult answer) {
    final StringBuilder text = new StringBuilder();
    for (final McpSchema.Content content : answer.content()) {
      text.append(text.isEmpty() ? "" : "\n").append(words(content));
    }
    if (text.isEmpty() && answer.structuredContent() != null) {
      text.append(CanonicalJson.write(answer.structuredContent()));
    }
    final String cut = cut(text.toString(), config.limits().resultChars());
    final boolean failed = Boolean.TRUE.equals(answer.isError());
    return new ToolResult(
        ToolCall.Status.OK,
        CanonicalJson.write(failed ? Map.of("error", cut) : cut),
        failed ? false : null,
        false,
        0.0,
        null,
        Observation.Source.REAL);
  }

  private static String words(final McpSchema.Content content) {
    return switch (content) {
      case McpSchema.TextContent text -> text.text();
      case McpSchema.ImageContent image ->
          "[image " + image.mimeType() + ", " + image.data().length() + " base64 characters]";
      case McpSchema.AudioContent audio ->
          "[audio " + audio.mimeType() + ", " + audio.data().length() + " base64 characters]";
      case McpSchema.EmbeddedResource embedded -> words(embedded.resource());
      case McpSchema.ResourceLink link ->
          "[resource " + link.uri() + (link.name() == null ? "" : ", " + link.name()) + "]";
      default -> "[" + content.type() + "]";
    };
  }

  /** A resource that is text is the answer's text; other bytes are named. */
  private static String words(final McpSchema.ResourceContents resource) {
    return switch (resource) {
      case McpSchema.TextResourceContents text -> text.text();
      case McpSchema.BlobResourceContents blob ->
          "[resource "
              + blob.uri()
              + (blob.mimeType() == null ? "" : ", " + blob.mimeType())
              + ", "
              + blob.blob().length()
              + " base64 characters]";
      default -> "[resource " + resource.uri() + "]";
    };
  }

  private static String cut(final String text, final int chars) {
    final StringBuilder whole = new StringBuilder();
    final int shown = Math.min(chars, text.length());
    for (int i = 0; i < shown; i++) {
      final char next = text.charAt(i);
      final boolean high = Character.isHighSurrogate(next);
      if (high && i + 1 < shown && Character.isLowSurrogate(text.charAt(i + 1))) {
        whole.append(next).append(text.charAt(++i));
      } else {
        whole.append(Character.isSurrogate(next) ? '\uFFFD' : next);
      }
    }
    if (shown < text.length()) {
      whole.append("... (").append(text.length() - shown).append(" more characters)");
    }
    return whole.toString();
  }

  @Override
  public boolean canFork() {
    return false;
  }

  @Override
  public boolean isRepeatable() {
    return false;
  }

  @Override
  public boolean scoresAnswerAlone() {
    return true;
  }

  @Override
  public String digest() {
    return digest;
  }

  @Override
  public Score reward(final String answer, final SeenResults seen) {
    final String said = answer == null ? null : answer.strip();
    if (task.answer() == null) {
      return new Score(Double.NaN, Map.of(), said);
    }
    final boolean silent = said == null || said.isEmpty();
    final double right = !silent && task.answer().strip().equals(said) ? 1.0 : 0.0;
    return new Score(right, Map.of("answer", right), said);
  }

  /** Returns the server's process, or null. */
  Process process() {
    final McpConnection current = connection;
    return current == null ? null : current.process();
  }

  @Override
  public void close() {
    over = true;
    final McpConnection current = connection;
    if (current != null) {
      current.close();
    }
  }

  /** Translates the tools of a server. */
  static List<ToolSpec> specs(
      final McpServerConfig config, final String version, final List<McpSchema.Tool> tools) {
    final List<ToolSpec> specs = new ArrayList<>();
    for (final McpSchema.Tool tool : tools) {
      final boolean reads =
          config.readOnly().contains(tool.name())
              || tool.annotations() != null
                  && Boolean.TRUE.equals(tool.annotations().readOnlyHint());
      specs.add(
          new ToolSpec(
              tool.name(),
              tool.description() == null ? "" : tool.description(),
              reads ? SideEffect.READ : SideEffect.WRITE,
              version,
              schema(tool.inputSchema()),
              Map.of()));
    }
    return List.copyOf(specs);
  }

  /** A server means the standard, by which more arguments than are named may be given. */
  private static Map<String, Object> schema(final Map<String, Object> given) {
    final Map<String, Object> schema = new LinkedHashMap<>(given == null ? Map.of() : given);
    schema.putIfAbsent("type", "object");
    schema.putIfAbsent("additionalProperties", true);
    return schema;
  }
}
