package dev.coppice.app.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs {@code ./coppice proxy} as a process of this class path, and asks it. */
final class ProxyProcess implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  final Process process;
  final Path folder;
  private final String base;
  private final String key;
  private final HttpClient http = HttpClient.newHttpClient();

  ProxyProcess(final String... arguments) throws IOException {
    final List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (final String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (flag.startsWith("--")) {
        command.add(flag);
      }
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("dev.coppice.app.CoppiceCommand", "proxy"));
    command.addAll(List.of(arguments));
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    final Map<String, String> said = new HashMap<>();
    final BufferedReader out = process.inputReader();
    while (!said.containsKey("next")) {
      final String line = out.readLine();
      if (line == null) {
        throw new IllegalStateException("the proxy did not start: " + said);
      }
      final int colon = line.indexOf(':');
      said.put(line.substring(0, colon), line.substring(colon + 1).strip());
    }
    folder = Path.of(said.get("run folder"));
    base = said.get("base URL").split("/r/")[0];
    key = said.get("API key");
  }

  /** Asks; null where the process did not answer. */
  JsonNode post(final String path, final String body) throws InterruptedException {
    final HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + path))
            .header("authorization", "Bearer " + key)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      final HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      return JSON.readTree(answer.body());
    } catch (final IOException e) {
      return null;
    }
  }

  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor(60, TimeUnit.SECONDS);
  }

  /** Ends it as a user does; true if it left by itself. */
  boolean end() throws InterruptedException {
    process.destroy();
    return process.waitFor(60, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
