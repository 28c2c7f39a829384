package dev.coppice.environments.toolworld;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.contract.WorldContract;
import dev.coppice.environments.tool.CallText;
import dev.coppice.episode.Observation;
import dev.coppice.trajectory.ToolCall;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Holds the example of docs/WORLDS.md to the contract, and the document to the example. */
class CounterWorldTest extends WorldContract {
  private static final String SOURCE =
      "environments/src/test/java/dev/coppice/environments/toolworld/CounterWorld.java";

  @Override
  protected Taskset taskset() {
    return new SingleTaskset("counter", CounterWorld::new);
  }

  @Test
  void shouldStandInTheDocumentAsItIs() throws Exception {
    Path project = Path.of("").toAbsolutePath();
    while (project != null && !Files.exists(project.resolve("docs/WORLDS.md"))) {
      project = project.getParent();
    }

    assertNotNull(project, "docs/WORLDS.md is not above " + Path.of("").toAbsolutePath());
    final String source = Files.readString(project.resolve(SOURCE));
    final String shown = source.substring(source.indexOf("/** Counts to ten. */")).strip();
    assertTrue(Files.readString(project.resolve("docs/WORLDS.md")).contains(shown));
  }

  @Test
  void shouldRefuseAnArgumentOutOfItsRangeAndChangeNothing() throws Exception {
    final WorldEnvironment environment = new WorldEnvironment(taskset());
    final WorldEpisode episode = environment.start(environment.task(0), 1);

    final Observation refused = episode.call(CallText.write("add", Map.of("amount", 10)));

    assertEquals(ToolCall.Status.ILLEGAL, refused.status());
    assertTrue(refused.text().contains("amount must be at most 9, not 10"), refused.text());
    assertEquals("count 0", episode.digest());
  }

  @Test
  void shouldShareTheInstanceUntilABranchWrites() throws Exception {
    final WorldEnvironment environment = new WorldEnvironment(taskset());
    final WorldEpisode root = environment.start(environment.task(0), 1);
    final WorldEpisode one = root.fork();
    final WorldEpisode two = root.fork();
    final long before = environment.counters().get("worlds_copied");

    one.call(CallText.write("add", Map.of("amount", 3)));
    one.call(CallText.write("add", Map.of("amount", 4)));

    assertEquals(0L, before);
    assertEquals(1L, environment.counters().get("worlds_copied"));
    assertEquals("count 7", one.digest());
    assertEquals("count 0", two.digest());
  }
}
