package dev.coppice.app.view;

import dev.coppice.app.run.RunProgress;
import dev.coppice.error.PlainText;
import java.io.PrintStream;
import java.util.Locale;

/**
 * Shows progress on standard error: a bar on a terminal, plain lines elsewhere.
 *
 * @thread one at a time.
 */
public final class TerminalProgress implements RunProgress {
  private static final int BAR_WIDTH = 28;
  private static final long BAR_EVERY_NS = 100_000_000L;
  private static final long LINE_EVERY_NS = 5_000_000_000L;

  private final PrintStream out;
  private final boolean isTerminal;
  private String arm = "";
  private int groups;
  private long startNs;
  private int startGroups;
  private long startTokens;
  private long shownNs;
  private String last = "";
  private String left = "";
  private boolean shown;

  /**
   * Makes a display.
   *
   * @param out stream to write to.
   * @param isTerminal whether a line may be written over.
   */
  public TerminalProgress(final PrintStream out, final boolean isTerminal) {
    this.out = out;
    this.isTerminal = isTerminal;
  }

  /**
   * Makes the display of this process.
   *
   * @return a display on standard error.
   */
  public static TerminalProgress standardError() {
    return new TerminalProgress(System.err, "1".equals(System.getenv("COPPICE_TERMINAL")));
  }

  @Override
  public synchronized void onArm(
      final String newArm, final String policy, final int done, final int newGroups) {
    arm = PlainText.of(newArm.equals(policy) ? newArm : newArm + " (" + policy + ")");
    groups = newGroups;
    startNs = System.nanoTime();
    startGroups = done;
    // What a resumed run computed before is told with its first group.
    startTokens = done == 0 ? 0 : -1;
    shownNs = startNs;
    last = "";
    if (!isTerminal) {
      out.printf(Locale.ROOT, "%s: %d groups, %d done before%n", arm, groups, done);
    }
  }

  @Override
  public synchronized void onGroup(
      final int done, final long computedTokens, final double rewardMean) {
    if (startTokens < 0) {
      startTokens = computedTokens;
    }
    final long nowNs = System.nanoTime();
    final double seconds = (nowNs - startNs) / 1e9;
    final double rate = (computedTokens - startTokens) / Math.max(1e-3, seconds);
    final double rest = seconds / Math.max(1, done - startGroups) * (groups - done);
    left = done == groups ? "" : String.format(Locale.ROOT, "  %.0f s left", rest);
    shown = false;
    final String reward =
        Double.isNaN(rewardMean) ? "-" : String.format(Locale.ROOT, "%.3f", rewardMean);
    last =
        String.format(
            Locale.ROOT,
            "%d/%d groups  %,d tokens  %,.0f/s  reward %s",
            done,
            groups,
            computedTokens,
            rate,
            reward);
    if (nowNs - shownNs >= (isTerminal ? BAR_EVERY_NS : LINE_EVERY_NS)) {
      shownNs = nowNs;
      show(done, last + left);
    }
  }

  private void show(final int done, final String text) {
    shown = true;
    if (isTerminal) {
      final int full = groups == 0 ? BAR_WIDTH : (int) ((long) BAR_WIDTH * done / groups);
      final String bar = "█".repeat(full) + "░".repeat(BAR_WIDTH - full);
      out.print("\r\u001b[2K" + arm + " " + bar + " " + text);
      out.flush();
    } else {
      out.println(arm + ": " + text);
    }
  }

  @Override
  public synchronized void onArmDone() {
    if (!last.isEmpty()) {
      // Groups may have been dropped: whatever is done, no time is left.
      if (isTerminal || !shown || !left.isEmpty()) {
        show(groups, last);
      }
      if (isTerminal) {
        out.println();
      }
    }
  }

  @Override
  public synchronized void onMessage(final String text) {
    out.println((isTerminal ? "\r\u001b[2K" : "") + PlainText.of(text));
  }
}
