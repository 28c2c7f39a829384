package dev.coppice.app.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.app.arguments.PlugPath;
import dev.coppice.bridge.flight.BridgeClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Keeps an engine as a process of its own, and the connection to it.
 *
 * <p>The process is {@code coppice serve --with-parent} on this process's own class path: it ends
 * when this process lets go of its standard input, however this process ends.
 *
 * @thread one.
 */
final class EngineLink implements AutoCloseable {
  private static final long START_S = 300;
  private static final long STOP_S = 30;
  private static final long LAST_BREATH_S = 5;

  private final Process process;
  private final BridgeClient client;
  private final Path folder;

  private EngineLink(final Process process, final JsonNode announced) {
    this.process = process;
    this.client = BridgeClient.connect(announced.path("location").asText());
    this.folder = Path.of(announced.path("folder").asText());
  }

  /** Starts an engine on a configuration file. */
  static EngineLink start(final Path config, final Path out)
      throws InterruptedException, IOException {
    return open(List.of("@", config.toString(), "--out", out.toString()));
  }

  /** Starts an engine on the folder of an earlier one. */
  static EngineLink resume(final Path folder) throws InterruptedException, IOException {
    return open(List.of("--resume", folder.toString()));
  }

  private static EngineLink open(final List<String> arguments)
      throws InterruptedException, IOException {
    final List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (final String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (!flag.startsWith("-agentlib") && !flag.startsWith("-javaagent")) {
        command.add(flag);
      }
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("dev.coppice.app.CoppiceCommand", "serve", "--with-parent"));
    command.addAll(PlugPath.forChild());
    command.addAll(arguments);
    final Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    final CompletableFuture<JsonNode> announced = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon(true)
        .name("coppice-engine-output")
        .start(() -> listen(process, announced));
    try {
      return new EngineLink(process, announced.get(START_S, TimeUnit.SECONDS));
    } catch (ExecutionException | TimeoutException e) {
      process.destroyForcibly();
      throw new IllegalStateException(
          "the engine did not start; its own message stands above", e.getCause());
    } catch (InterruptedException | RuntimeException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static void listen(final Process process, final CompletableFuture<JsonNode> announced) {
    try (BufferedReader out = process.inputReader()) {
      final String line = out.readLine();
      if (line == null) {
        announced.completeExceptionally(new IllegalStateException("the engine ended by itself"));
        return;
      }
      announced.complete(new ObjectMapper().readTree(line));
      while (out.readLine() != null) {
        continue;
      }
    } catch (IOException e) {
      announced.completeExceptionally(e);
    }
  }

  BridgeClient client() {
    return client;
  }

  /** Returns the engine's run folder, which a later process resumes. */
  Path folder() {
    return folder;
  }

  /** Tells whether the process has ended, giving one that was just killed a moment to be gone. */
  boolean hasEnded() throws InterruptedException {
    return process.waitFor(LAST_BREATH_S, TimeUnit.SECONDS);
  }

  long pid() {
    return process.pid();
  }

  /** Asks the engine what it does. */
  JsonNode status() throws IOException {
    return new ObjectMapper().readTree(client.status());
  }

  /** Ends the engine and waits until what it has is durable. */
  @Override
  public void close() {
    try {
      client.close();
    } catch (RuntimeException e) {
      // A stream that broke with its engine may leave buffers behind; the engine is gone anyway.
      System.err.println("coppice: closing the connection: " + e.getMessage());
    }
    try {
      process.getOutputStream().close();
      if (!process.waitFor(STOP_S, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
