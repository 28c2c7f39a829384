package dev.coppice.app.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Starts real processes on this test's class path. */
final class EngineProcess {
  private static final long DEADLINE_S = 120;

  private EngineProcess() {}

  /** An engine that runs, and what it will announce. */
  record Running(Process process, CompletableFuture<JsonNode> announced) {
    JsonNode await() throws Exception {
      return announced.get(DEADLINE_S, TimeUnit.SECONDS);
    }
  }

  /** Starts a process of this class path. */
  static Process java(final List<String> flags, final String main, final List<String> arguments)
      throws IOException {
    return java(List.of(), flags, main, arguments);
  }

  /** Starts a process of this class path by way of another command. */
  static Process java(
      final List<String> by,
      final List<String> flags,
      final String main,
      final List<String> arguments)
      throws IOException {
    final List<String> command = new ArrayList<>(by);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (final String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (flag.startsWith("--")) {
        command.add(flag);
      }
    }
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    command.addAll(arguments);
    final ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("MALLOC_ARENA_MAX", "4"); // As the launcher has it.
    return builder.start();
  }

  /** Starts an engine; once it can be reached its place is written to a file. */
  static Running serve(
      final List<String> flags, final List<String> arguments, final Path locationFile)
      throws IOException {
    return serve(List.of(), flags, arguments, locationFile);
  }

  /** Starts an engine by way of another command. */
  static Running serve(
      final List<String> by,
      final List<String> flags,
      final List<String> arguments,
      final Path locationFile)
      throws IOException {
    final List<String> all = new ArrayList<>(List.of("serve", "--with-parent"));
    all.addAll(arguments);
    final Process process = java(by, flags, "dev.coppice.app.CoppiceCommand", all);
    final CompletableFuture<JsonNode> announced = new CompletableFuture<>();
    Thread.ofVirtual().start(() -> listen(process, announced, locationFile));
    return new Running(process, announced);
  }

  private static void listen(
      final Process process, final CompletableFuture<JsonNode> announced, final Path file) {
    try (BufferedReader out = process.inputReader()) {
      final String line = out.readLine();
      if (line == null) {
        announced.completeExceptionally(new IllegalStateException("the engine ended by itself"));
        return;
      }
      final JsonNode json = new ObjectMapper().readTree(line);
      write(file, json.path("location").asText());
      announced.complete(json);
      while (out.readLine() != null) {
        continue;
      }
    } catch (final IOException e) {
      announced.completeExceptionally(e);
    }
  }

  /** Writes a small file in one step. */
  static void write(final Path file, final String text) {
    try {
      final Path aside = file.resolveSibling(file.getFileName() + ".aside");
      Files.writeString(aside, text);
      Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
