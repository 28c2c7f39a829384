package dev.coppice.app.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.coppice.app.folder.GroupScan;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.StoredGroup;
import dev.coppice.app.folder.StoredTree;
import dev.coppice.app.verify.RunVerifier;
import dev.coppice.chat.tokenizer.ModelTokenizer;
import dev.coppice.model.Tokenizer;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.TrajectoryTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a proxy under agents that ask, fork and reward: nothing that was told may be lost. */
class ProxyKillTest {
  private static final int KILLS = 2;
  private static final int ROLLOUTS = 6;
  private static final int STEPS_BETWEEN = 9;

  @TempDir private Path out;

  /** What one agent was told. */
  private static final class Agent {
    final String name;
    String text;
    int answers;
    Double reward;

    Agent(final String name, final String text) {
      this.name = name;
      this.text = text;
    }
  }

  @Test
  @Tag("slow")
  void shouldLoseNothingThatWasToldAndGoOnWhereAgentsWere() throws Exception {
    final long seed = new SplittableRandom().nextLong();
    final SplittableRandom random = new SplittableRandom(seed);
    final List<Agent> agents = new ArrayList<>();
    for (int i = 0; i < ROLLOUTS; i++) {
      agents.add(new Agent("-:task" + i / 2 + ":r" + i, "4 " + i / 2 + " "));
    }
    final Path model = Path.of("..", "models", "tiny-policy").toAbsolutePath();
    ProxyProcess proxy =
        new ProxyProcess(
            "--model.path=" + model,
            "--proxy.group-size=2",
            "--credit.estimators=grpo",
            "--run.out=" + out);
    final Path folder = proxy.folder;
    for (int life = 0; life <= KILLS; life++) {
      final int steps = life < KILLS ? 1 + random.nextInt(STEPS_BETWEEN) : 1000;
      for (int step = 0; step < steps && agents.stream().anyMatch(a -> a.reward == null); step++) {
        step(proxy, agents.get(random.nextInt(ROLLOUTS)), random);
      }
      if (life < KILLS) {
        proxy.kill();
        proxy = new ProxyProcess("--resume", folder.toString());
      }
    }
    assertTrue(proxy.end(), "seed=" + seed);

    check(folder, agents, model, "seed=" + seed);
    checkVerified(folder, "seed=" + seed);
  }

  /** The log makes the same trees again, and a trace that was changed is found by it. */
  private static void checkVerified(final Path folder, final String where) throws IOException {
    final RunVerifier.Verdict sound = new RunVerifier(new RunFolder(folder)).verify();
    assertEquals(List.of(), sound.differences(), where);
    assertEquals(List.of(), sound.unchecked(), where);
    final Path traces = folder.resolve("traces.jsonl");
    final String text = Files.readString(traces);
    final String changed = text.replaceFirst("\"logprobs\":\\[-", "\"logprobs\":[-1");
    assertNotEquals(text, changed);
    Files.writeString(traces, changed);
    final List<String> found = new RunVerifier(new RunFolder(folder)).verify().differences();
    assertTrue(found.stream().anyMatch(line -> line.contains("proxy.log")), where + " " + found);
  }

  private static void step(
      final ProxyProcess proxy, final Agent agent, final SplittableRandom random)
      throws InterruptedException {
    if (agent.reward != null) {
      return;
    }
    if (agent.answers > 1) {
      final double reward = random.nextInt(100) / 100.0;
      final JsonNode told =
          proxy.post("/coppice/rollouts/" + agent.name + "/reward", "{\"reward\":" + reward + "}");
      assertEquals("ended", told.path("state").asText(), told.toString());
      agent.reward = reward;
      return;
    }
    final JsonNode answer =
        proxy.post(
            "/r/" + agent.name + "/v1/completions",
            "{\"max_tokens\":4,\"prompt\":\"" + agent.text.replace("\n", "\\n") + "\"}");
    final JsonNode text = answer.at("/choices/0/text");
    assertTrue(text.isTextual(), answer.toString());
    agent.text += text.asText();
    agent.answers++;
  }

  private static void check(
      final Path folder, final List<Agent> agents, final Path model, final String where) {
    final List<Map.Entry<String, Double>> paths = new ArrayList<>();
    final Set<String> groups = new HashSet<>();
    try (GroupScan scan = new GroupScan(folder.resolve("traces.jsonl"));
        Tokenizer tokenizer = ModelTokenizer.open(model)) {
      for (StoredGroup group = scan.next(); group != null; group = scan.next()) {
        assertTrue(groups.add(group.id()), where + " twice: " + group.id());
        for (final StoredTree stored : group.trees()) {
          final TrajectoryTree tree = stored.trace().tree();
          for (final Leaf leaf : tree.leaves()) {
            paths.add(Map.entry(text(tree, leaf.node(), tokenizer).strip(), leaf.reward()));
          }
        }
      }
      assertEquals(0, scan.tornBytes(), where);
    }
    assertEquals(ROLLOUTS / 2, groups.size(), where);
    assertEquals(ROLLOUTS, paths.size(), where);
    for (final Agent agent : agents) {
      final Map.Entry<String, Double> told = Map.entry(agent.text.strip(), agent.reward);
      assertTrue(paths.remove(told), where + " lost: " + told + " of " + paths);
    }
    final RunVerifier.Verdict verdict = new RunVerifier(new RunFolder(folder)).verify();
    assertEquals(List.of(), verdict.differences(), where);
    assertTrue(Files.exists(folder.resolve("report.json")), where);
  }

  private static String text(final TrajectoryTree tree, final int leaf, final Tokenizer tokenizer) {
    String text = "";
    for (int id = leaf; id >= 0; id = tree.node(id).parent()) {
      text = tokenizer.decode(tree.node(id).tokens()) + text;
    }
    return text;
  }
}
