package dev.coppice.worlds.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
    final URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/mcp");
    return new McpTaskset(
        new McpServerConfig(
            List.of(), Map.of(), url, Set.of(), McpServerConfig.Limits.DEFAULT, List.of(tasks)));
  }

  @Test
  void shouldNeverPaySilence() throws Exception {
    try (Environment environment = new WorldEnvironment(taskset(task("Say nothing.", " ", 1)));
        Episode episode = environment.start(environment.task(0), 0)) {
      assertEquals(0.0, episode.finish("").reward());
      assertEquals(0.0, episode.finish(" \n").reward());
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
