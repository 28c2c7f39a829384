package dev.coppice.app.explorer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opens more traces than the server has memory for. {@code -Dcoppice.explorer.bytes} sets how many. */
@Tag("slow")
class ExplorerScaleTest {
  private static final long BYTES = Long.getLong("coppice.explorer.bytes", 2_000_000_000L);
  private static final int PROMPT_TOKENS = 100_000;

  @TempDir private Path folder;

  private final HttpClient client = HttpClient.newHttpClient();

  private JsonNode ask(final String address) throws IOException, InterruptedException {
    final HttpRequest request = HttpRequest.newBuilder(URI.create(address)).build();
    return new ObjectMapper().readTree(client.send(request, BodyHandlers.ofInputStream()).body());
  }

  @Test
  void shouldShowAllGroupsOfTwoGigabytesInAHeapOf256Megabytes()
      throws IOException, InterruptedException {
    final HostileRun run = HostileRun.begin(folder, "run");
    int groups = 0;
    while (groups == 0 || Files.size(run.folder().traces()) < BYTES) {
      run.add(groups++, PROMPT_TOKENS);
    }
    final Process process = view();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      final String address = out.readLine();
      final long startNs = System.nanoTime();
      JsonNode shown = ask(address + "api/state").path("runs").path(0);
      while (shown.path("groups").asInt() < groups) {
        assertTrue(process.isAlive(), "the server ended at " + shown);
        assertEquals("", shown.path("fault").asText());
        assertTrue(System.nanoTime() - startNs < TimeUnit.MINUTES.toNanos(30), shown.toString());
        shown = ask(address + "api/state").path("runs").path(0);
      }
      final String last = "?run=" + shown.path("id").asText().replace("/", "%2F");
      final JsonNode path =
          ask(address + "api/tokens" + last + "&g=" + (groups - 1) + "&node=4&estimator=rloo");
      assertTrue(path.path("nodes").path(0).path("ids").size() >= PROMPT_TOKENS);
    } finally {
      process.destroy();
      process.waitFor();
    }
  }

  private Process view() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "--add-modules",
            "jdk.incubator.vector",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.coppice.app.CoppiceCommand",
            "view",
            folder.toString(),
            "--port",
            "0",
            "--no-browser")
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }
}
