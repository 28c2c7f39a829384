package dev.coppice.worlds.pyenv;

import static dev.coppice.worlds.pyenv.PythonEnvs.begun;
import static dev.coppice.worlds.pyenv.PythonEnvs.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.ToolFailedException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the host against environments that misbehave: it fails its own branch and nobody else's. */
class CrankyEnvTest {
  private static final int GONE_TIMEOUT_MS = 20_000;
  private static final HostSettings.Limits SHORT =
      new HostSettings.Limits(32, 512L << 20, 180_000, 5_000, new HostSettings.Scoring(60_000, 0));

  private static PythonEnvTaskset cranky;

  @BeforeAll
  static void open() {
    PythonEnvs.requireSandbox();
    cranky = PythonEnvs.open(PythonEnvs.file("cranky_env.py"), true, SHORT);
  }

  @AfterAll
  static void close() {
    if (cranky != null) {
      final List<ProcessHandle> inside = cranky.zygote().process().descendants().toList();
      cranky.close();
      assertGone(inside);
    }
  }

  private static void assertGone(final List<ProcessHandle> processes) {
    for (final ProcessHandle process : processes) {
      process.onExit().orTimeout(GONE_TIMEOUT_MS, TimeUnit.MILLISECONDS).join();
      assertTrue(!process.isAlive(), "left behind: " + process.info());
    }
  }

  /** Misbehaves in a fork; its parent must not notice, and the fork itself comes back undamaged. */
  @ParameterizedTest
  @CsvSource({
    "loop, python_timeout",
    "stubborn, python_timeout",
    "stop, python_timeout",
    "exit, python_raised",
    "interrupt, python_raised",
    "recurse, python_raised",
    "die, python_died",
    "crash, python_died",
    "close, python_died",
    "flood, python_died",
    "long, python_oversize",
    "nan, python_malformed",
    "bytes, python_raised",
    "thing, python_raised",
    "deep, python_raised",
    "memory, python_raised",
  })
  void shouldFailTheCallAloneThatMisbehaves(final String how, final String code) throws Exception {
    try (ToolWorld parent = begun(cranky, 0)) {
      parent.call(request("count", Map.of()));
      try (ToolWorld fork = parent.fork()) {
        final ToolFailedException failure =
            assertThrows(
                ToolFailedException.class,
                () -> fork.call(request("misbehave", Map.of("how", how))));

        assertEquals(code, failure.code(), failure.getMessage());
        assertEquals(
            "2", fork.call(request("count", Map.of())).text(), "the failed call is undone");
      }
      assertEquals("2", parent.call(request("count", Map.of())).text());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"print", "leak", "fork", "daemon", "half"})
  void shouldAnswerWhatOnlyLooksBad(final String how) throws Exception {
    try (ToolWorld world = begun(cranky, 0)) {
      world.call(request("misbehave", Map.of("how", how)));

      assertEquals("101", world.call(request("count", Map.of())).text());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"thread", "helper", "write"})
  void shouldMakeAStateAgainThatAForkWouldNotCopy(final String how) throws Exception {
    try (ToolWorld parent = begun(cranky, 0)) {
      parent.call(request("misbehave", Map.of("how", how)));
      final long refused = cranky.counters().get("worlds_refused");
      try (ToolWorld fork = parent.fork();
          ToolWorld grandchild = fork.fork()) {
        assertEquals(refused + 2, cranky.counters().get("worlds_refused"));
        assertEquals("101", fork.call(request("count", Map.of())).text());
        assertEquals("102", fork.call(request("count", Map.of())).text());
        assertEquals("101", grandchild.call(request("count", Map.of())).text());
        assertEquals("101", parent.call(request("count", Map.of())).text());
      }
      assertEquals(1.0, parent.reward("x", SeenResults.NOTHING).reward());
    }
  }

  @ParameterizedTest
  @CsvSource({"none, no reward function", "nan, nan", "raise, the scorer"})
  void shouldNeverTakeAFailedScoreForZero(final String answer, final String words)
      throws Exception {
    try (ToolWorld world = begun(cranky, 0)) {
      final ToolFailedException failure =
          assertThrows(ToolFailedException.class, () -> world.reward(answer, SeenResults.NOTHING));

      assertTrue(failure.getMessage().contains(words), failure.getMessage());
      assertEquals(1.0, world.reward("yes", SeenResults.NOTHING).reward());
    }
  }

  @Test
  void shouldEndADaemonWithItsWorldAndABombWithItsLimit() throws Exception {
    final long before = inside();
    try (ToolWorld world = begun(cranky, 0);
        ToolWorld bomber = begun(cranky, 0)) {
      world.call(request("misbehave", Map.of("how", "daemon")));
      try {
        bomber.call(request("misbehave", Map.of("how", "bomb")));
      } catch (final ToolFailedException e) {
        assertEquals("python_died", e.code());
      }
    }
    final long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GONE_TIMEOUT_MS);
    while (inside() > before && System.nanoTime() - deadlineNs < 0) {
      begun(cranky, 0).close(); // Whoever is given up has the strays looked for.
    }
    assertTrue(inside() <= before, "left behind: " + inside() + " of " + before);
  }

  private static long inside() {
    return cranky.zygote().process().descendants().count();
  }

  @Test
  void shouldStartAgainAfterTheHostWasKilled() throws Exception {
    try (PythonEnvTaskset taskset =
            PythonEnvs.open(PythonEnvs.file("cranky_env.py"), true, PythonEnvs.PATIENT);
        ToolWorld world = begun(taskset, 0)) {
      world.call(request("count", Map.of()));
      final List<ProcessHandle> all = taskset.zygote().process().descendants().toList();
      taskset.zygote().process().destroyForcibly().waitFor();
      assertGone(all);

      assertEquals("2", world.call(request("count", Map.of())).text());
    }
  }
}
