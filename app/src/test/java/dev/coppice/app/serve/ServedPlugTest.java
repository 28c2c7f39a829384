package dev.coppice.app.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.app.PageListings;
import dev.coppice.bridge.flight.BridgeClient;
import dev.coppice.bridge.flight.GroupFeed;
import dev.coppice.bridge.segment.SegmentForm;
import dev.coppice.bridge.wire.PackedGroup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Serves the world and the policy of docs/EXTENDING.md in a process of its own. */
@Timeout(300)
class ServedPlugTest {
  private static final int GROUPS = 3;

  @TempDir private Path folder;

  @Test
  void shouldServeTheWorldAndThePolicyOfAStranger() throws Exception {
    final Path plugs = PageListings.compiled(folder, PageListings.of("docs/EXTENDING.md"));
    final List<String> arguments = new ArrayList<>(List.of("--classpath", plugs.toString()));
    arguments.addAll(List.of("--task.environment", "ladder", "--task.count", "4"));
    arguments.addAll(List.of("--model.policy", "replay", "--tree.policy", "first-turns"));
    arguments.addAll(List.of("--tree.first-turns.turns", "2", "--tree.first-turns.children", "3"));
    arguments.addAll(List.of("--tree.trees", "1", "--bridge.batch", "" + GROUPS));
    arguments.addAll(List.of("--credit.estimators", "over-median"));
    arguments.addAll(List.of("--out", folder.resolve("runs").toString()));

    final EngineProcess.Running engine =
        EngineProcess.serve(List.of(), arguments, folder.resolve("location"));
    final String run;
    int taken = 0;
    try (BridgeClient client = BridgeClient.connect(engine.await().path("location").asText())) {
      run = engine.await().path("folder").asText();
      client.submit("first", GROUPS);
      try (GroupFeed feed = client.groups(SegmentForm.TREE_PACKED, GROUPS, true)) {
        while (feed.next()) {
          for (final PackedGroup group : feed.groups()) {
            assertEquals(3 * 3, group.leaves().size());
            taken++;
          }
        }
      }
    } finally {
      engine.process().getOutputStream().close();
      assertTrue(engine.process().waitFor(1, TimeUnit.MINUTES), "the engine did not end");
    }

    assertEquals(GROUPS, taken);
    assertEquals(0, engine.process().exitValue());
    final String config = Files.readString(Path.of(run, "config.resolved.toml"));
    assertTrue(config.contains("[tree.first-turns]"), config);
  }
}
