package dev.coppice.worlds.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.tool.CallText;
import dev.coppice.environments.toolworld.WorldEnvironment;
import dev.coppice.episode.Episode;
import dev.coppice.episode.Observation;
import dev.coppice.trajectory.ToolCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Runs the protocol's reference server, installed from the npm registry below {@code target}; skipped
 * where npm, node or the registry is not there.
 */
@Tag("slow")
class ReferenceServerTest {
  private static final String PACKAGE = "@modelcontextprotocol/server-everything@2026.8.31";
  private static final int INSTALL_TIMEOUT_S = 120;

  private static McpTaskset taskset;

  @BeforeAll
  static void install() throws Exception {
    final Path folder = Files.createDirectories(Path.of("target", "mcp-server"));
    final Path main =
        folder.resolve("node_modules/@modelcontextprotocol/server-everything/dist/index.js");
    if (!Files.exists(main)) {
      try {
        final Process npm =
            new ProcessBuilder(
                    "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", PACKAGE)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("npm.log").toFile())
                .start();
        if (!npm.waitFor(INSTALL_TIMEOUT_S, TimeUnit.SECONDS)) {
          npm.descendants().forEach(ProcessHandle::destroyForcibly);
          npm.destroyForcibly();
        }
      } catch (IOException e) {
        Assumptions.abort("skipped: npm cannot be run: " + e.getMessage());
      }
    }
    Assumptions.assumeTrue(
        Files.exists(main),
        "skipped: npm could not install " + PACKAGE + "; see worlds/target/mcp-server/npm.log");
    taskset =
        new McpTaskset(
            new McpServerConfig(
                List.of("node", main.toString()),
                Map.of(),
                null,
                Set.of("echo", "get-sum"),
                McpServerConfig.Limits.DEFAULT,
                List.of(new McpTask("What is 17 + 25?", "42", List.of()))));
  }

  @Test
  void shouldRunTheToolsOfTheReferenceServer() throws Exception {
    final WorldEnvironment environment = new WorldEnvironment(taskset);
    final Episode trunk = environment.start(environment.task(0), 0).fork();

    final Observation echo = trunk.call(CallText.write("echo", Map.of("message", "hello é")));
    final Observation sum = trunk.call(CallText.write("get-sum", Map.of("a", 17, "b", 25)));
    final Observation image = trunk.call(CallText.write("get-tiny-image", Map.of()));
    final Episode sibling = trunk.fork();
    final Observation again = sibling.call(CallText.write("get-tiny-image", Map.of()));
    final Observation wrong = trunk.call(CallText.write("get-sum", Map.of("a", "x", "b", 1)));

    assertTrue(environment.start(environment.task(0), 0).prompt().contains("get-sum"));
    assertEquals(ToolCall.Status.OK, echo.status(), echo.text());
    assertTrue(echo.text().contains("Echo: hello é"), echo.text());
    assertTrue(sum.text().contains("42"), sum.text());
    assertTrue(image.text().contains("image/png"), image.text());
    assertEquals(image.text(), again.text());
    assertEquals(ToolCall.Status.ILLEGAL, wrong.status(), wrong.text());
    assertEquals(1.0, trunk.finish("42").reward());
    trunk.close();
    sibling.close();
  }
}
