package dev.coppice.worlds.mcp;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.schema.ToolSchema;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolSpec;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.episode.ToolFailedException;
import dev.coppice.trajectory.Task;
import io.modelcontextprotocol.spec.McpSchema;
import java.util.List;

/**
 * Makes a world of any MCP server: its tools are the world's.
 *
 * <p>Every branch that makes a call has a session of its own: over standard input and output a
 * process, over HTTP a session of the protocol. A server that keeps state beyond its session is none
 * of this world's: its branches would see each other.
 *
 * @thread immutable, any thread
 * @source Model Context Protocol, modelcontextprotocol.io
 */
public final class McpTaskset implements Taskset {
  /** The name of this world. */
  public static final String NAME = "mcp";

  private static final int TYPICAL_TURNS = 4;

  private final McpServerConfig config;
  private final List<ToolSpec> specs;

  /**
   * Starts the server once to ask for its tools.
   *
   * @param config of the server and the tasks.
   * @throws IllegalArgumentException if the server does not come up or has no tools.
   * @throws dev.coppice.environments.schema.ToolSchemaException if a tool's schema is none.
   */
  public McpTaskset(final McpServerConfig config) {
    this.config = config;
    try (McpConnection connection = McpConnection.open(config)) {
      final List<McpSchema.Tool> tools = connection.tools();
      specs = McpWorld.specs(config, connection.identity(), tools);
      specs.forEach(spec -> ToolSchema.ofArguments(spec.name(), spec.parameters()));
    } catch (ToolFailedException e) {
      throw new IllegalArgumentException("mcp: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalArgumentException("mcp: interrupted while the server started", e);
    }
    if (specs.isEmpty()) {
      throw new IllegalArgumentException("mcp: the server has no tools");
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int taskCount() {
    return config.tasks().size();
  }

  @Override
  public Task task(final int index) {
    return new Task(NAME + "/" + index, config.tasks().get(index).json());
  }

  @Override
  public String request(final Task task) {
    return read(task).request();
  }

  @Override
  public EpisodePlan plan(final Task task) {
    final int known = read(task).calls().size();
    return new EpisodePlan(0, known == 0 ? TYPICAL_TURNS : known + 1);
  }

  @Override
  public ToolWorld open() {
    return new McpWorld(config, specs);
  }

  @Override
  public Solution solution(final Task task) {
    final McpTask known = read(task);
    return known.calls().isEmpty()
        ? Solution.UNKNOWN
        : new Solution(known.calls(), known.answer() == null ? "" : known.answer());
  }

  private static McpTask read(final Task task) {
    return McpTask.read(CanonicalJson.read(task.input()));
  }
}
