package dev.coppice.credit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.credit.fixture.RandomTrees;
import dev.coppice.credit.fixture.TreeScript;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryTree;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CreditLineTest {
  @Test
  void shouldReadBackAsTheSameNumbers() throws IOException {
    for (final String name : Estimators.names()) {
      final TrajectoryGroup group = RandomTrees.group(11);
      final GroupAdvantages advantages = Estimators.create(name, Map.of()).estimate(group);
      for (int t = 0; t < group.trees().size(); t++) {
        final String line = CreditLine.of(advantages, t);
        final JsonNode json = new ObjectMapper().readTree(line);
        assertFalse(line.contains("\n"), name);
        assertEquals("g", json.get("group").asText());
        assertEquals(t, json.get("tree").asInt());
        assertEquals(name, json.get("estimator").asText());
        for (final JsonNode node : json.get("nodes")) {
          final int id = node.get("id").asInt();
          final float[] want = advantages.nodeAdvantages(t, id);
          assertEquals(want.length, node.get("advantages").size(), name);
          for (int i = 0; i < want.length; i++) {
            assertEquals(want[i], Float.parseFloat(node.at("/advantages/" + i).asText()), name);
          }
          assertEquals(advantages.isScored(t, id), node.path("scored").asBoolean(true), name);
        }
        for (int l = 0; l < json.get("leaves").size(); l++) {
          final double value = json.at("/leaves/" + l + "/advantage").asDouble(Double.NaN);
          assertEquals(advantages.leafAdvantage(t, l), value, name);
        }
        assertEquals(advantages.hasLeafAdvantages(), !json.get("leaves").isEmpty(), name);
      }
    }
  }

  @Test
  void shouldNameOnlySampledNodesAndWriteNullForUnscoredLeaves() {
    final TreeScript script = new TreeScript(0);
    script.leaf(script.observation(script.action(0, 2)), 1.0);
    script.leaf(script.action(0, 1), Double.NaN, LeafStatus.TOOL_FAILED, Map.of());
    script.leaf(script.action(0, 1), 0.0);
    final GroupAdvantages advantages =
        Estimators.create("dr-grpo", Map.of()).estimate(script.group());

    assertEquals(
        "{\"group\":\"g\",\"tree\":0,\"estimator\":\"dr-grpo\",\"nodes\":["
            + "{\"id\":1,\"advantages\":[0.5,0.5]},"
            + "{\"id\":3,\"advantages\":[0.0],\"scored\":false},"
            + "{\"id\":4,\"advantages\":[-0.5]}],\"leaves\":["
            + "{\"node\":2,\"advantage\":0.5},{\"node\":3,\"advantage\":null},"
            + "{\"node\":4,\"advantage\":-0.5}]}",
        CreditLine.of(advantages, 0));
  }

  @Test
  void shouldEscapeTheNameOfAGroup() throws IOException {
    final String id = "a\"b\\c\n\u2028\uD83C\uDF33é";
    final Task task = new Task("toy/1", "{}");
    final TrajectoryTree tree =
        new TrajectoryTree(
            new TrajectoryTree.Origin("run", id, 0),
            task,
            SamplingSettings.PLAIN,
            List.of(dev.coppice.trajectory.TrajectoryNode.prompt(new int[1])),
            List.of(),
            List.of());
    final GroupAdvantages advantages =
        Estimators.create("grpo", Map.of()).estimate(new TrajectoryGroup(id, task, List.of(tree)));

    final String line = CreditLine.of(advantages, 0);

    assertEquals(id, new ObjectMapper().readTree(line).get("group").asText());
    assertTrue(line.indexOf('\n') < 0, line);
  }
}
