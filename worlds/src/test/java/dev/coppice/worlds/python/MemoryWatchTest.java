package dev.coppice.worlds.python;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Limits what the processes of one sandbox hold together. */
class MemoryWatchTest {
  private static final long LIMIT_BYTES = 192L << 20;
  private static final long SLACK_BYTES = 160L << 20;
  private static final SandboxLimits LIMITS =
      new SandboxLimits(LIMIT_BYTES, 16, 16L << 20, 32L << 20, 1_000, 60_000);

  /** Eats 500 MiB a second: a third of a second passes before the slack is used up. */
  private static final String SLOW_EATERS =
      ResourceAbuses.EATERS.replace(
          "block = b\"x\" * (40 << 20)",
          "block = [(b\"x\" * (1 << 20), time.sleep(0.024)) for _ in range(40)]");

  private Bubblewrap sandbox;

  @BeforeEach
  void find() {
    sandbox = Sandboxes.require();
  }

  @Test
  void shouldKillASandboxWhoseManySmallProcessesHoldTooMuchTogether() throws Exception {
    final PythonSession session = PythonSession.start(sandbox, LIMITS, 1);
    final List<ProcessHandle> inside = new ArrayList<>();
    try (session) {
      session.process().descendants().forEach(inside::add);

      final CellResult result = session.run(SLOW_EATERS.replace("PAUSE", "30"));

      System.out.println(
          "held "
              + (session.foundBytes() >> 20)
              + " MiB when killed; limit "
              + (LIMIT_BYTES >> 20));
      assertEquals(CellResult.Status.MEMORY, result.status());
      assertTrue(session.foundBytes() > LIMIT_BYTES, "" + session.foundBytes());
      assertTrue(session.foundBytes() < LIMIT_BYTES + SLACK_BYTES, "" + session.foundBytes());
    }
    Sandboxes.assertGone(session.process().toHandle(), inside);
  }

  @Test
  void shouldSeeProcessesWhoseNamesAreNoText() throws Exception {
    final String named = "import ctypes\nctypes.CDLL(None).prctl(15, b\"\\xff\\xfe\", 0, 0, 0)\n";
    try (PythonSession session = PythonSession.start(sandbox, LIMITS, 1)) {
      final CellResult result = session.run(named + SLOW_EATERS.replace("PAUSE", "30"));

      assertEquals(CellResult.Status.MEMORY, result.status());
    }
  }

  @Test
  void shouldKillASandboxThatEatsFasterThanAnyoneLooks() throws Exception {
    try (PythonSession session = PythonSession.start(sandbox, LIMITS, 1)) {
      final CellResult result = session.run(ResourceAbuses.EATERS.replace("PAUSE", "30"));

      assertEquals(CellResult.Status.MEMORY, result.status());
      assertTrue(session.foundBytes() > LIMIT_BYTES, "" + session.foundBytes());
    }
  }

  @Test
  void shouldCountMemoryThatProcessesShareOnce() throws Exception {
    try (PythonSession session = PythonSession.start(sandbox, LIMITS, 1)) {
      final CellResult result =
          session.run(
              """
              import mmap, os, time
              block = mmap.mmap(-1, 64 << 20)
              block.write(b"x" * (64 << 20))
              children = []
              for i in range(8):
                  child = os.fork()
                  if child == 0:
                      sum(block[at] for at in range(0, 64 << 20, 4096))
                      time.sleep(0.5)
                      os._exit(0)
                  children.append(child)
              for child in children:
                  os.waitpid(child, 0)
              print("shared")
              """);

      assertEquals(CellResult.Status.OK, result.status(), result.output());
      assertEquals("shared\n", result.output());
      assertEquals(0, session.foundBytes());
    }
  }
}
