package dev.coppice.worlds.mcp;

import dev.coppice.episode.Observation;
import dev.coppice.episode.ToolFailedException;
import dev.coppice.trajectory.ToolCall;
import io.modelcontextprotocol.client.McpAsyncClient;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import reactor.core.publisher.Mono;

/**
 * Holds one session with a server; after a failure it is closed and of no use.
 *
 * @thread calls may run at the same time.
 */
final class McpConnection implements AutoCloseable {
  private static final int MAX_PAGES = 100;
  private static final int REASON_TIMEOUT_MS = 1_000;

  private final McpServerConfig config;
  private final McpClientTransport transport;
  private final McpAsyncClient client;
  private final CompletableFuture<Void> failure;

  private McpConnection(final McpServerConfig config) {
    this.config = config;
    final McpJsonMapper json = McpJsonDefaults.getMapper();
    final StdioTransport stdio = config.address() == null ? new StdioTransport(config, json) : null;
    transport = stdio == null ? http(config, json) : stdio;
    failure = stdio == null ? new CompletableFuture<>() : stdio.failure();
    // Deadlines are held here; the library's come later and only free what it keeps.
    final McpServerConfig.Limits limits = config.limits();
    final Duration beyond =
        Duration.ofMillis(2L * Math.max(limits.startTimeoutMs(), limits.callTimeoutMs()) + 1_000);
    client =
        McpClient.async(transport)
            .clientInfo(McpSchema.Implementation.builder("coppice", "0.1.0").build())
            .requestTimeout(beyond)
            .initializationTimeout(beyond)
            .build();
  }

  private static McpClientTransport http(final McpServerConfig config, final McpJsonMapper json) {
    final McpAddress address = config.address();
    return HttpClientStreamableHttpTransport.builder(address.origin())
        .endpoint(address.endpoint())
        .addHttpRequestCustomizer(
            (request, method, uri, body, context) -> address.headers().forEach(request::setHeader))
        .jsonMapper(json)
        .connectTimeout(Duration.ofMillis(config.limits().startTimeoutMs()))
        .maxResponseSize(config.limits().messageBytes())
        .openConnectionOnStartup(false)
        .build();
  }

  /** Connects and shakes hands. */
  static McpConnection open(final McpServerConfig config)
      throws ToolFailedException, InterruptedException {
    final McpConnection connection = new McpConnection(config);
    if (connection.transport instanceof StdioTransport stdio) {
      try {
        stdio.start();
      } catch (IOException e) {
        throw connection.closed(ToolCall.Status.THREW, "mcp_failed", e.getMessage());
      }
    }
    connection.await(
        connection.client.initialize(), config.limits().startTimeoutMs(), "did not start");
    return connection;
  }

  /** Lists the server's tools, all pages. */
  List<McpSchema.Tool> tools() throws ToolFailedException, InterruptedException {
    final List<McpSchema.Tool> tools = new ArrayList<>();
    String cursor = null;
    for (int page = 0; page < MAX_PAGES; page++) {
      final McpSchema.ListToolsResult result =
          await(
              cursor == null ? client.listTools() : client.listTools(cursor),
              config.limits().startTimeoutMs(),
              "did not list its tools");
      tools.addAll(result.tools());
      cursor = result.nextCursor();
      if (cursor == null || cursor.isEmpty()) {
        return tools;
      }
    }
    return tools;
  }

  /** Names the server and its version, as it does itself. */
  String identity() {
    final McpSchema.Implementation server = client.getServerInfo();
    return server == null ? "" : server.name() + " " + server.version();
  }

  /**
   * Calls a tool.
   *
   * @throws McpError if the server refuses the call.
   * @throws ToolFailedException if no answer comes that makes sense; the session is then over.
   */
  McpSchema.CallToolResult call(final String tool, final Map<String, Object> arguments)
      throws ToolFailedException, InterruptedException {
    return await(
        client.callTool(McpSchema.CallToolRequest.builder(tool).arguments(arguments).build()),
        config.limits().callTimeoutMs(),
        "did not answer " + tool);
  }

  private <T> T await(final Mono<T> answer, final int timeoutMs, final String otherwise)
      throws ToolFailedException, InterruptedException {
    final CompletableFuture<T> future = answer.toFuture();
    try {
      CompletableFuture.anyOf(future, failure).get(timeoutMs, TimeUnit.MILLISECONDS);
      return future.getNow(null);
    } catch (TimeoutException e) {
      throw closed(
          ToolCall.Status.TIMEOUT,
          "mcp_timeout",
          "the server " + otherwise + " in " + timeoutMs + " ms");
    } catch (ExecutionException e) {
      throw translated(e.getCause(), otherwise);
    } catch (InterruptedException e) {
      close();
      throw e;
    } finally {
      future.cancel(true);
    }
  }

  private ToolFailedException translated(final Throwable cause, final String otherwise) {
    Throwable root = cause;
    for (Throwable thrown = cause; thrown != null; thrown = thrown.getCause()) {
      root = thrown;
      if (thrown instanceof McpError refusal) {
        throw refusal;
      }
      if (thrown instanceof ToolFailedException told) {
        close();
        return told;
      }
    }
    final ToolFailedException reason = reason();
    if (reason != null) {
      return reason;
    }
    final McpAddress address = config.address();
    final String name =
        address == null ? String.valueOf(root) : address.redacted(String.valueOf(root));
    final boolean isSize = name.contains("MaxSizeExceeded");
    return closed(
        isSize ? ToolCall.Status.OVERSIZE : ToolCall.Status.THREW,
        isSize ? "mcp_oversize" : "mcp_failed",
        "the server " + otherwise + ": " + name);
  }

  /** Waits a little for the reason why a server does not listen any more. */
  private ToolFailedException reason() {
    try {
      if (process() != null) {
        failure.get(REASON_TIMEOUT_MS, TimeUnit.MILLISECONDS);
      }
    } catch (ExecutionException e) {
      close();
      return e.getCause() instanceof ToolFailedException told ? told : null;
    } catch (TimeoutException e) {
      // It lives; the reason is another.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return null;
  }

  private ToolFailedException closed(
      final ToolCall.Status status, final String code, final String message) {
    close();
    return new ToolFailedException(status, code, message, Observation.Source.REAL);
  }

  /** Returns the server's process, or null where it is none of ours. */
  Process process() {
    return transport instanceof StdioTransport stdio ? stdio.process() : null;
  }

  /** Ends the session; a server that was started is killed. */
  @Override
  public void close() {
    if (transport instanceof StdioTransport stdio) {
      stdio.close();
    }
    client.closeGracefully().onErrorComplete().subscribe();
  }
}
