package dev.coppice.worlds.pyenv;

import static dev.coppice.worlds.pyenv.PythonEnvs.begun;
import static dev.coppice.worlds.pyenv.PythonEnvs.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.contract.CheckReport;
import dev.coppice.environments.contract.WorldCheck;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.environments.toolworld.ToolResult;
import dev.coppice.environments.toolworld.ToolSpec;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.Score;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plays small environments of a user's own. */
class PythonEnvWorldTest {
  private static PythonEnvTaskset drawers;

  @BeforeAll
  static void open() {
    drawers = PythonEnvs.open(PythonEnvs.file("drawers_env.py"), false, PythonEnvs.PATIENT);
  }

  @AfterAll
  static void close() throws Exception {
    final Process host = drawers.zygote().process();
    drawers.close();
    assertTrue(!host.isAlive(), "the host is left behind");
  }

  @Test
  void shouldReadToolsOfTypedFunctions() {
    final List<ToolSpec> tools = drawers.specs();

    assertEquals(List.of("lookup", "put", "throw"), tools.stream().map(ToolSpec::name).toList());
    assertEquals(SideEffect.READ, tools.get(0).effect());
    assertEquals(SideEffect.WRITE, tools.get(1).effect());
    assertEquals(
        Map.of(
            "type",
            "object",
            "properties",
            Map.of("key", Map.of("type", "string", "description", "What is looked up.")),
            "required",
            List.of("key")),
        tools.get(0).parameters());
    assertEquals(8, drawers.taskCount());
    assertEquals("What is under k3?", drawers.request(drawers.task(3)));
    assertEquals("21", drawers.solution(drawers.task(3)).answer());
  }

  @Test
  void shouldKeepForksApartAndContinueThemAsAnUnforkedRun() throws Exception {
    try (ToolWorld parent = begun(drawers, 0);
        ToolWorld unforked = begun(drawers, 0)) {
      parent.call(request("put", Map.of("key", "a")));
      final long forked = drawers.counters().get("worlds_forked");
      final String before = parent.digest();
      final List<ToolWorld> forks = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        forks.add(parent.fork());
        forks.get(i).call(request("put", Map.of("key", "a", "value", 100 + i)));
      }

      assertEquals(before, parent.digest());
      assertEquals("3", parent.call(request("lookup", Map.of("key", "a"))).text());
      for (int i = 0; i < forks.size(); i++) {
        final ToolResult seen = forks.get(i).call(request("lookup", Map.of("key", "a")));
        assertEquals(Integer.toString(100 + i), seen.text());
        forks.get(i).close();
      }
      unforked.call(request("put", Map.of("key", "a")));
      final ToolResult thrown = unforked.call(request("throw", Map.of("sides", 1_000_000)));
      assertEquals(thrown.text(), parent.call(request("throw", Map.of("sides", 1_000_000))).text());
      assertEquals(unforked.digest(), parent.digest());
      assertEquals(forked + 20, drawers.counters().get("worlds_forked"));
    }
  }

  @Test
  void shouldDrawBySeedAlone() throws Exception {
    try (ToolWorld world = begun(drawers, 0);
        ToolWorld fork = world.fork()) {
      final String one = world.call(request("throw", Map.of("sides", 1_000_000), 7)).text();

      assertEquals(one, fork.call(request("throw", Map.of("sides", 1_000_000), 7)).text());
      assertEquals(world.digest(), fork.digest());
      assertNotEquals(one, fork.call(request("throw", Map.of("sides", 1_000_000), 8)).text());
    }
  }

  @Test
  void shouldScoreApartByNamedComponentsAndNotChangeTheWorld() throws Exception {
    try (ToolWorld world = begun(drawers, 2)) {
      final Score right = world.reward("14", SeenResults.NOTHING);
      final Score wrong = world.reward("15", SeenResults.NOTHING);

      assertEquals(1.5, right.reward());
      assertEquals(Map.of("reward", 1.0, "form_reward", 0.5), right.components());
      assertEquals(0.5, wrong.reward());
      assertEquals("14", world.call(request("lookup", Map.of("key", "k2"))).text());
    }
  }

  @Test
  void shouldShowThePolicyWhatAToolRaised() throws Exception {
    try (ToolWorld world = begun(drawers, 0)) {
      final ToolResult result = world.call(request("lookup", Map.of("key", "nowhere")));

      assertEquals("{\"error\": \"KeyError: 'nowhere'\"}", result.text());
      assertEquals(Boolean.FALSE, result.correct());
    }
  }

  @Test
  void shouldKeepTheContractInRandomEpisodes() {
    final CheckReport report = new WorldCheck(drawers).run(2, 1);

    assertTrue(report.holds(), report.text());
    assertTrue(report.counts().forks() > 2, report.text());
  }

  @Test
  void shouldPlayEnvironmentsOfTrl() throws Exception {
    try (PythonEnvTaskset trl =
            PythonEnvs.open(PythonEnvs.file("trl_env.py"), false, PythonEnvs.PATIENT);
        ToolWorld world = begun(trl, 0)) {
      assertEquals("Count to two.\n\nThe goal is 2.", trl.request(trl.task(0)));
      assertEquals("now 1", world.call(request("add", Map.of())).text());
      try (ToolWorld fork = world.fork()) {
        // The closure over the instance must be the fork's, not the parent's.
        assertEquals("now 2", fork.call(request("add", Map.of())).text());
        assertEquals("now 2", world.call(request("add", Map.of())).text());
        final Score score = fork.reward("done", SeenResults.NOTHING);
        assertEquals(1.1, score.reward(), 1e-9);
        assertEquals(Map.of("Environment", 1.0, "length_reward", 0.1), score.components());
      }
    }
  }

  /** A copy by pickle takes an instance along; it leaves module variables, and cannot take closures. */
  @Test
  void shouldFindOutWhichCopiesHold() {
    assertTrue(isHeld("jar_env.py", HostSettings.Copy.PICKLE));
    assertTrue(isHeld("jar_env.py", HostSettings.Copy.REPLAY));
    assertFalse(isHeld("jar_env.py", HostSettings.Copy.STATELESS));
    assertFalse(isHeld("trl_env.py", HostSettings.Copy.PICKLE));
    assertFalse(isHeld("drawers_env.py", HostSettings.Copy.PICKLE));
  }

  private static boolean isHeld(final String environment, final HostSettings.Copy copy) {
    try (PythonEnvTaskset taskset = PythonEnvs.copied(environment, copy)) {
      return new WorldCheck(taskset).run(2, 1).holds();
    }
  }

  @Test
  void shouldAskRowsAndCompareAnswers(@TempDir final Path folder) throws Exception {
    final Path rows = folder.resolve("rows.jsonl");
    Files.writeString(
        rows,
        "{\"question\":\"1/2 + 1/4?\",\"target\":\"3/4\"}\n"
            + "{\"question\":\"2?\",\"target\":\"2\"}\n");
    try (PythonEnvTaskset taskset =
            PythonEnvs.open(
                rows.toString(), "", Map.of("reward", "math"), false, PythonEnvs.PATIENT);
        ToolWorld world = begun(taskset, 0)) {
      assertEquals(2, taskset.taskCount());
      assertEquals(List.of(), world.tools());
      assertEquals(1.0, world.reward("It is 6/8.", SeenResults.NOTHING).reward());
      assertEquals(0.0, world.reward("It is 0.7.", SeenResults.NOTHING).reward());
      assertTrue(new WorldCheck(taskset).run(2, 1).holds());
    }
  }

  @Test
  void shouldSayWhatAnEnvironmentLacks(@TempDir final Path folder) throws Exception {
    final Path empty = Files.writeString(folder.resolve("empty_env.py"), "tasks = ['a']\n");
    final IllegalArgumentException noReward =
        assertThrows(
            IllegalArgumentException.class,
            () -> PythonEnvs.open(empty.toString(), false, PythonEnvs.PATIENT));
    final IllegalArgumentException noPackage =
        assertThrows(
            IllegalArgumentException.class,
            () -> PythonEnvs.open("no_such_module_at_all", false, PythonEnvs.PATIENT));
    final IllegalArgumentException noPython =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                PythonEnvs.open(
                    empty.toString(), "/no/python", Map.of(), false, PythonEnvs.PATIENT));

    assertTrue(noReward.getMessage().contains("needs a reward"), noReward.getMessage());
    assertTrue(noPackage.getMessage().contains("no_such_module_at_all"), noPackage.getMessage());
    assertTrue(noPython.getMessage().contains("world.python"), noPython.getMessage());
  }
}
