package dev.coppice.worlds.python;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.EnvironmentConfig;
import dev.coppice.environments.Environments;
import dev.coppice.environments.tool.CallText;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolRequest;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.environments.toolworld.WorldEnvironment;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Score;
import dev.coppice.episode.ToolFailedException;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PythonWorldTest {
  private static final SandboxLimits LIMITS =
      new SandboxLimits(256L << 20, 16, 16L << 20, 32L << 20, 1_000, 1_500);
  private static PythonTaskset taskset;

  private Environment environment;

  @BeforeEach
  void open() {
    Sandboxes.require();
    if (taskset == null) {
      taskset = new PythonTaskset(10, 1, LIMITS);
    }
    environment = new WorldEnvironment(taskset);
  }

  @Test
  void shouldEarnEveryRewardWhenTheKnownSolutionsAreReplayed() throws Exception {
    for (int i = 0; i < taskset.taskCount(); i++) {
      final Task task = environment.task(i);
      try (Episode episode = environment.start(task, 0)) {
        String shown = "";
        for (final Taskset.Call call : taskset.solution(task).calls()) {
          shown = episode.call(CallText.write(call.tool(), call.arguments())).text();
        }
        final String answer = taskset.solution(task).answer();
        assertTrue(shown.contains("\"" + answer + "\\n\""), task.id() + " " + shown);
        assertEquals(new Score(1.0, Map.of("answer", 1.0), answer), episode.finish(answer));
        assertEquals(0.0, episode.finish(answer + "1").reward());
      }
    }
  }

  @Test
  void shouldKeepDefinitionsAlongABranchAndApartBetweenBranches() throws Exception {
    try (Episode trunk = environment.start(environment.task(0), 0)) {
      call(trunk, "x = 1");
      final Episode sibling = trunk.fork();
      final String before = sibling.digest();
      call(trunk, "x += 10");

      assertEquals(before, sibling.digest());
      assertNotEquals(before, trunk.digest());
      assertTrue(call(sibling, "x").text().contains("\"1\\n\""));
      assertTrue(call(trunk, "x").text().contains("\"11\\n\""));
      sibling.close();
    }
    assertTrue(
        ((WorldEnvironment) environment).counters().values().stream().anyMatch(n -> n > 0),
        "" + ((WorldEnvironment) environment).counters());
  }

  @Test
  void shouldUndoACellThatEndsItsInterpreter() throws Exception {
    try (Episode episode = environment.start(environment.task(0), 0)) {
      call(episode, "x = 5");
      final String before = episode.digest();

      for (final String cell :
          new String[] {
            "x = 6\nimport os; os._exit(1)",
            "x = 7\nwhile True: pass",
            "x = 8\nimport os\nos.closerange(0, 64)"
          }) {
        final Observation refused = call(episode, cell);
        assertEquals(ToolCall.Status.ILLEGAL, refused.status(), refused.text());
        assertTrue(refused.text().contains("undone"), refused.text());
        assertEquals(before, episode.digest());
        assertTrue(call(episode.fork(), "x").text().contains("\"5\\n\""), cell);
      }
    }
  }

  @Test
  void shouldFailTheBranchWhenAReplayedCellAnswersOtherwise() throws Exception {
    try (Episode trunk = environment.start(environment.task(0), 0)) {
      call(trunk, "import time; time.perf_counter_ns()");
      final Episode sibling = trunk.fork();

      // A cell that ends beside other states is tried again alone, behind the cells before it.
      final ToolFailedException failure =
          assertThrows(ToolFailedException.class, () -> call(sibling, "import os; os._exit(1)"));

      sibling.close();
      assertEquals("replay_diverged", failure.code());
      assertEquals(ToolCall.Status.OK, call(trunk, "1").status());
    }
  }

  /** A copy takes a fork, not the cells again; files, which copies would share, take the cells again. */
  @Test
  void shouldForkWithoutItsCellsUnlessTheyWroteFiles() throws Exception {
    try (PythonTaskset own = new PythonTaskset(1, 1, LIMITS);
        ToolWorld trunk = own.open()) {
      trunk.reset(own.task(0), 1);
      for (int i = 0; i < 50; i++) {
        cell(trunk, "x = globals().get('x', 0) + 1");
      }
      try (ToolWorld fork = trunk.fork();
          ToolWorld writer = trunk.fork()) {
        assertTrue(cell(fork, "x += 1; x").contains("51"));
        assertTrue(cell(trunk, "x").contains("50"));
        assertEquals(2, own.counters().get("worlds_forked"));
        assertEquals(0, own.counters().get("replayed_cells"));
        assertTrue(cell(writer, "open('/tmp/seen', 'w').write('mine')").contains("4"));
        assertEquals(50, own.counters().get("replayed_cells"), "in a sandbox of its own");
        final String look = "import os; os.path.exists('/tmp/seen')";
        assertTrue(cell(writer, look).contains("True"));
        assertTrue(cell(trunk, look).contains("False"));
        assertTrue(cell(fork, look).contains("False"));
        try (ToolWorld heir = writer.fork()) {
          assertTrue(cell(heir, look + "; open('/tmp/seen').read()").contains("mine"));
          cell(heir, "open('/tmp/seen', 'w').write('the heir')");
          assertTrue(cell(writer, "open('/tmp/seen').read()").contains("mine"));
        }
      }
    }
  }

  private static String cell(final ToolWorld world, final String code) throws Exception {
    return world.call(new ToolRequest("python", Map.of("code", code), 1)).text();
  }

  @Test
  void shouldBlankAddressesThatDifferFromProcessToProcess() throws Exception {
    try (Episode trunk = environment.start(environment.task(0), 0)) {
      final Observation shown = call(trunk, "object()");
      final Episode sibling = trunk.fork();

      assertTrue(shown.text().contains("<object object at 0x0>"), shown.text());
      assertEquals(ToolCall.Status.OK, call(sibling, "1").status());
    }
  }

  @Test
  void shouldTellThePolicyWhatWasWrongWithItsCall() throws Exception {
    try (Episode episode = environment.start(environment.task(0), 0)) {
      final Observation missing = episode.call(CallText.write("python", Map.of()));
      final Observation huge = call(episode, "#".repeat(40_000));

      assertEquals(ToolCall.Status.ILLEGAL, missing.status());
      assertTrue(missing.text().contains("needs the argument code"), missing.text());
      assertEquals(ToolCall.Status.ILLEGAL, huge.status());
    }
  }

  @Test
  void shouldReadItsLimitsFromAFile(@TempDir final Path folder) throws Exception {
    final Path file = folder.resolve("limits.json");
    Files.writeString(file, "{\"cell_timeout_ms\":700,\"processes\":4}");
    assertEquals(700, PythonPlug.limits(file.toString()).cellTimeoutMs());
    assertEquals(4, PythonPlug.limits(file.toString()).processes());
    try (Environment named =
        Environments.create(new EnvironmentConfig("python", "", 3, 1, file.toString(), ""))) {
      assertEquals(3, named.taskCount());
    }
    for (final String wrong :
        new String[] {"{\"cpu\":1}", "{", "{\"processes\":\"4\"}", "{\"processes\":0}"}) {
      Files.writeString(file, wrong);
      assertThrows(IllegalArgumentException.class, () -> PythonPlug.limits(file.toString()), wrong);
    }
  }

  private static Observation call(final Episode episode, final String code) throws Exception {
    return episode.call(CallText.write("python", Map.of("code", code)));
  }
}
