package dev.coppice.worlds.mcp;

import dev.coppice.episode.Observation;
import dev.coppice.episode.ToolFailedException;
import dev.coppice.trajectory.ToolCall;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/**
 * Speaks to a server process, a message per line.
 *
 * <p>Unlike the library's own it bounds what it reads, tells at once when the server dies or answers
 * nonsense, and leaves no process behind. Lines that do not begin with a brace are noise, which some
 * servers make at their start, and are passed over.
 */
final class StdioTransport implements McpClientTransport {
  private static final int KEPT_ERROR_BYTES = 2_000;
  private static final int EXIT_TIMEOUT_MS = 500;

  private final McpServerConfig config;
  private final McpJsonMapper json;
  private final CompletableFuture<Void> failure = new CompletableFuture<>();
  private final ReentrantLock writing = new ReentrantLock();
  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
  private Process process;
  private Thread drain;

  StdioTransport(final McpServerConfig config, final McpJsonMapper json) {
    this.config = config;
    this.json = json;
  }

  /** Completes with a {@link ToolFailedException} when no answer can come any more. */
  CompletableFuture<Void> failure() {
    return failure;
  }

  /** Returns the server's process, or null before it is started. */
  Process process() {
    return process;
  }

  /** Starts the server; before {@link #connect}, which would fail without saying why. */
  void start() throws IOException {
    final ProcessBuilder builder = new ProcessBuilder(config.command());
    builder.environment().putAll(config.environment());
    process = builder.start();
    drain = Thread.ofVirtual().name("mcp-errors").start(() -> drain(process.getErrorStream()));
  }

  @Override
  public Mono<Void> connect(
      final Function<Mono<McpSchema.JSONRPCMessage>, Mono<McpSchema.JSONRPCMessage>> handler) {
    return Mono.fromRunnable(
        () -> Thread.ofVirtual().name("mcp-messages").start(() -> pump(handler)));
  }

  private void pump(
      final Function<Mono<McpSchema.JSONRPCMessage>, Mono<McpSchema.JSONRPCMessage>> handler) {
    try (InputStream stream = new BufferedInputStream(process.getInputStream())) {
      for (String line = line(stream); line != null; line = line(stream)) {
        if (line.startsWith("{")) {
          handler.apply(Mono.just(McpSchema.deserializeJsonRpcMessage(json, line))).subscribe();
        }
      }
      fail(ToolCall.Status.THREW, "mcp_server_died", "the server ended" + ending());
    } catch (OversizeException e) {
      fail(ToolCall.Status.OVERSIZE, "mcp_oversize", e.getMessage());
    } catch (IOException | RuntimeException e) {
      fail(
          ToolCall.Status.INVALID,
          "mcp_malformed",
          "the server sent a message that is not JSON-RPC: " + e);
    } finally {
      close();
    }
  }

  private String line(final InputStream stream) throws IOException {
    final ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = stream.read(); next >= 0; next = stream.read()) {
      if (next == '\n') {
        return line.toString(StandardCharsets.UTF_8).strip();
      }
      if (line.size() >= config.limits().messageBytes()) {
        throw new OversizeException(
            "the server sent a message of more than " + config.limits().messageBytes() + " bytes");
      }
      line.write(next);
    }
    return null;
  }

  private void drain(final InputStream stream) {
    try (stream) {
      final byte[] chunk = new byte[KEPT_ERROR_BYTES];
      for (int count = stream.read(chunk); count >= 0; count = stream.read(chunk)) {
        synchronized (errors) {
          errors.write(chunk, 0, Math.min(count, KEPT_ERROR_BYTES - errors.size()));
        }
      }
    } catch (IOException e) {
      // The process was killed: this stream ends here.
    }
  }

  private String ending() {
    String status = "";
    try {
      if (process.waitFor(EXIT_TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
        status = " with status " + process.exitValue();
      }
      drain.join(EXIT_TIMEOUT_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (errors) {
      return status + ": " + errors.toString(StandardCharsets.UTF_8).strip();
    }
  }

  private void fail(final ToolCall.Status status, final String code, final String message) {
    failure.completeExceptionally(
        new ToolFailedException(status, code, message, Observation.Source.REAL));
  }

  @Override
  public Mono<Void> sendMessage(final McpSchema.JSONRPCMessage message) {
    return Mono.fromCallable(
        () -> {
          final String line = json.writeValueAsString(message).replace("\n", " ") + "\n";
          writing.lock();
          try {
            final OutputStream stream = process.getOutputStream();
            stream.write(line.getBytes(StandardCharsets.UTF_8));
            stream.flush();
          } finally {
            writing.unlock();
          }
          return null;
        });
  }

  @Override
  public Mono<Void> closeGracefully() {
    return Mono.fromRunnable(this::close);
  }

  /** Kills the server and whatever it has started. */
  @Override
  public void close() {
    final Process started = process;
    if (started != null) {
      // The children first: once their parent is gone nobody knows whose they were.
      final List<ProcessHandle> children = started.descendants().toList();
      started.destroyForcibly();
      children.forEach(ProcessHandle::destroyForcibly);
    }
  }

  @Override
  public <T> T unmarshalFrom(final Object data, final TypeRef<T> type) {
    return json.convertValue(data, type);
  }

  /** Says that a message is longer than anybody would read. */
  private static final class OversizeException extends IOException {
    private static final long serialVersionUID = 1L;

    OversizeException(final String message) {
      super(message);
    }
  }
}
