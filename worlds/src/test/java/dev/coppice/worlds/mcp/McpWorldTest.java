package dev.coppice.worlds.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.coppice.environments.EnvironmentContract;
import dev.coppice.environments.tool.CallText;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.WorldEnvironment;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.trajectory.Task;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds the contract of every environment against sessions over HTTP. */
class McpWorldTest extends EnvironmentContract {
  private static HttpServer server;
  private static McpTaskset taskset;

  @BeforeAll
  static void open() throws Exception {
    server = CrankyServer.http();
    taskset =
        taskset(
            task("Count to three.", "counter is 3", 3), task("Count to five.", "counter is 5", 5));
  }

  private static McpTaskset taskset(final McpTask... tasks) {
    return taskset(new McpAddress(url(""), Map.of()), tasks);
  }

  private static URI url(final String query) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/mcp" + query);
  }

  private static McpTaskset taskset(final McpAddress address, final McpTask... tasks) {
    return new McpTaskset(
        new McpServerConfig(
            List.of(),
            Map.of(),
            address,
            Set.of(),
            McpServerConfig.Limits.DEFAULT,
            List.of(tasks)));
  }

  @Test
  void shouldNeverPaySilence() throws Exception {
    try (Environment environment = new WorldEnvironment(taskset(task("Say nothing.", " ", 1)));
        Episode episode = environment.start(environment.task(0), 0)) {
      assertEquals(0.0, episode.finish("").reward());
      assertEquals(0.0, episode.finish(" \n").reward());
    }
  }

  @Test
  void shouldSendQueryAndHeadersWithEveryRequest() throws Exception {
    CrankyServer.SENT.clear();
    final McpAddress address =
        McpAddress.of(
            url("?key=s%20cret&b=1"),
            Map.of("Authorization", "Bearer ${TOKEN}", "X-Team", "trees"),
            name -> name.equals("TOKEN") ? "t0ken" : null);

    try (Environment environment =
            new WorldEnvironment(taskset(address, task("Count.", "counter is 2", 2)));
        Episode episode = environment.start(environment.task(0), 0)) {
      episode.call(CallText.write("add", Map.of("n", 2)));
    }

    assertFalse(CrankyServer.SENT.isEmpty());
    CrankyServer.SENT.forEach(sent -> assertEquals("key=s%20cret&b=1 Bearer t0ken trees", sent));
  }

  @Test
  void shouldShowNoKeyWhereTheServerCannotBeReached() {
    final McpAddress address =
        McpAddress.of(
            URI.create("http://127.0.0.1:1/mcp?key=secret"),
            Map.of("Authorization", "Bearer ${TOKEN}"),
            name -> "t0ken");

    final IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class, () -> taskset(address, task("Count.", "x", 1)));

    for (final String shown : List.of(refused.getMessage(), address.toString())) {
      assertFalse(shown.contains("secret") || shown.contains("t0ken"), shown);
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> McpAddress.of(url(""), Map.of("X-Key", "${NOT_SET}"), name -> null));
    assertThrows(
        IllegalArgumentException.class, () -> new McpAddress(url(""), Map.of("X-K", "a\r\nB: c")));
  }

  @Test
  void shouldShowTheTextOfAnEmbeddedResource() throws Exception {
    try (Environment environment = new WorldEnvironment(taskset(task("Read.", "x", 1)));
        Episode episode = environment.start(environment.task(0), 0)) {
      final String shown = episode.call(CallText.write("resource", Map.of())).text();

      assertTrue(shown.contains("what the file says"), shown);
      assertTrue(shown.contains("[resource file:///b, image/png, 4 base64 characters]"), shown);
      assertTrue(shown.contains("[resource file:///c, c]"), shown);
    }
  }

  private static McpTask task(final String request, final String answer, final int n) {
    return new McpTask(request, answer, List.of(new Taskset.Call("add", Map.of("n", n))));
  }

  @AfterAll
  static void close() {
    server.stop(0);
  }

  @Override
  protected Environment environment() {
    return new WorldEnvironment(taskset);
  }

  @Override
  protected String call(final Task task, final SplittableRandom random) {
    return switch (random.nextInt(4)) {
      case 0 -> CallText.write("get", Map.of());
      case 1 -> CallText.write("add", Map.of("n", "many"));
      case 2 -> CallText.write("refuse", Map.of());
      default -> CallText.write("add", Map.of("n", random.nextInt(9)));
    };
  }

  @Override
  protected String answer(final Task task, final SplittableRandom random) {
    return random.nextBoolean() ? " counter is 3\n" : "12";
  }
}
