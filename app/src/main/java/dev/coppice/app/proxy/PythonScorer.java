package dev.coppice.app.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.run.ProjectPaths;
import dev.coppice.proxy.recorded.Ending;
import dev.coppice.proxy.recorded.Recording;
import dev.coppice.proxy.recorded.Rollout;
import dev.coppice.proxy.server.RolloutScorer;
import dev.coppice.trajectory.RolloutFailure;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Scores rollouts by a Python function in a process of its own, one at a time.
 *
 * <p>The function gets a dict: {@code task}, {@code rollout}, {@code answer}, {@code messages} of the
 * last conversation, and {@code text} of all its tokens. It answers a number, or a dict with {@code
 * reward} and {@code components}. One that raises, hangs or answers nonsense fails the rollout.
 *
 * @thread any; one lock.
 */
final class PythonScorer implements RolloutScorer, AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HOST = "reward_host.py";

  private final String python;
  private final String function;
  private final long timeoutS;
  private final String host;
  private Process process;
  private BufferedWriter in;
  private BufferedReader out;

  private PythonScorer(final String python, final String function, final long timeoutS) {
    this.python = python;
    this.function = function;
    this.timeoutS = timeoutS;
    try (InputStream text = PythonScorer.class.getResourceAsStream(HOST)) {
      host = new String(text.readAllBytes(), StandardCharsets.UTF_8);
    } catch (final IOException e) {
      throw new IllegalStateException(HOST + " is part of this program", e);
    }
  }

  /** Starts the function a configuration names; null where it names none. */
  static PythonScorer of(final RunConfig config) {
    final String function = config.proxy().reward();
    if (function.isEmpty()) {
      return null;
    }
    final int colon = function.lastIndexOf(':');
    if (colon < 1) {
      throw new ConfigException("proxy.reward must be FILE.py:NAME, not \"" + function + "\"");
    }
    final Path file = ProjectPaths.find(function.substring(0, colon)).toAbsolutePath();
    if (!Files.isRegularFile(file)) {
      throw new ConfigException("proxy.reward names no file: " + file);
    }
    final String wanted = config.world().python();
    final PythonScorer scorer =
        new PythonScorer(
            wanted.isEmpty() ? usualPython() : wanted,
            file + function.substring(colon),
            config.proxy().rewardSeconds());
    try {
      scorer.begin();
    } catch (final IOException | TimeoutException e) {
      scorer.close();
      throw new ConfigException("proxy.reward cannot be used: " + e.getMessage());
    }
    return scorer;
  }

  private static String usualPython() {
    final String active = System.getenv("VIRTUAL_ENV");
    return active == null ? "python3" : Path.of(active, "bin", "python").toString();
  }

  private void begin() throws IOException, TimeoutException {
    process =
        new ProcessBuilder(python, "-u", "-c", host, function)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    in = process.outputWriter(StandardCharsets.UTF_8);
    out = process.inputReader(StandardCharsets.UTF_8);
    final JsonNode ready = JSON.readTree(line());
    if (!ready.path("ready").asBoolean()) {
      throw new IOException(ready.path("error").asText("the function did not load"));
    }
  }

  private String line() throws IOException, TimeoutException {
    final BufferedReader reader = out;
    final CompletableFuture<String> line = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                line.complete(reader.readLine());
              } catch (final IOException e) {
                line.completeExceptionally(e);
              }
            });
    try {
      final String text = line.get(timeoutS, TimeUnit.SECONDS);
      if (text == null) {
        throw new IOException("the Python process ended");
      }
      return text;
    } catch (final ExecutionException e) {
      throw new IOException(e.getCause());
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public synchronized Ending score(
      final Recording recording, final Rollout rollout, final Ending ending) {
    final ObjectNode asked = JSON.createObjectNode();
    final Recording.Story story = recording.story(rollout);
    asked.put("task", rollout.name().task());
    asked.put("rollout", rollout.name().rollout());
    asked.put("answer", ending.answer());
    asked.put("text", story.text());
    asked.set("messages", JSON.valueToTree(story.messages()));
    try {
      if (process == null || !process.isAlive()) {
        begin();
      }
      in.write(JSON.writeValueAsString(asked));
      in.newLine();
      in.flush();
      return scored(JSON.readTree(line()), ending);
    } catch (final TimeoutException e) {
      close();
      return failure("reward_timeout", "the reward took more than " + timeoutS + " s");
    } catch (final IOException | IllegalArgumentException e) {
      close();
      return failure("reward_failed", "the reward failed: " + e.getMessage());
    }
  }

  private static Ending scored(final JsonNode answer, final Ending ending) {
    if (answer.has("error")) {
      return failure("reward_failed", "the reward raised: " + answer.path("error").asText());
    }
    final Map<String, Double> components = new TreeMap<>(ending.components());
    answer
        .path("components")
        .properties()
        .forEach(entry -> components.put(entry.getKey(), entry.getValue().asDouble()));
    return new Ending(
        ending.status(), answer.path("reward").asDouble(), components, ending.answer(), null, 0);
  }

  private static Ending failure(final String code, final String message) {
    return Ending.failed(new RolloutFailure(RolloutFailure.Boundary.ENVIRONMENT, code, message));
  }

  /** Ends the process. */
  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly();
      process = null;
    }
  }
}
