package dev.coppice.worlds.python;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.worlds.sandbox.SandboxUnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Finds this machine's sandbox, or skips the test with the reason. */
final class Sandboxes {
  private static final int END_TIMEOUT_MS = 5_000;

  /** As usual, but for a machine so busy that a trivial cell may take seconds. */
  static final SandboxLimits PATIENT =
      new SandboxLimits(512L << 20, 16, 16L << 20, 32L << 20, 4 << 10, 60_000);

  private Sandboxes() {}

  static Bubblewrap require() {
    try {
      final Bubblewrap sandbox = Bubblewrap.find();
      SandboxProbe.run(sandbox, SandboxLimits.DEFAULT);
      return sandbox;
    } catch (SandboxUnavailableException e) {
      return Assumptions.abort("skipped: " + e.getMessage());
    }
  }

  static boolean isRoot() throws Exception {
    return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
  }

  /** Waits for processes to end, which a kill has asked for already. */
  static void assertGone(final ProcessHandle outermost, final List<ProcessHandle> inside)
      throws Exception {
    outermost.onExit().get(END_TIMEOUT_MS, TimeUnit.MILLISECONDS);
    final long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(END_TIMEOUT_MS);
    for (final ProcessHandle process : inside) {
      while (process.isAlive() && System.nanoTime() - deadlineNs < 0) {
        Thread.onSpinWait();
      }
      assertTrue(!process.isAlive(), "left behind: " + process.info());
    }
  }
}
