package dev.coppice.app.train;

import dev.coppice.app.lambda.TurnWeighing;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Locale;

/**
 * Shows how training goes, a line per update.
 *
 * @thread one.
 */
public final class TrainProgress {
  private static final int WINDOW = 10;
  private static final int BAR = 24;

  private final PrintStream out;
  private final ArrayDeque<Double> recent = new ArrayDeque<>();

  /**
   * Makes a display.
   *
   * @param out that takes the lines.
   */
  public TrainProgress(final PrintStream out) {
    this.out = out;
  }

  void onEngine(final long pid, final Path folder) {
    out.printf("engine: process %d, %s%n", pid, folder);
  }

  void onRestart(final String why, final int times) {
    out.printf("the engine stopped (%s); starting it again, attempt %d%n", why, times);
  }

  void onScore(final int step, final HeldOutScore score) {
    out.printf(
        Locale.ROOT,
        "held out after %d: T %s pass %.3f (%.3f)  pass of 8 %.3f  distinct %.1f of %d"
            + "  %.3f nats a token  calls accepted %.3f%n",
        step,
        score.temperature() == 0 ? "greedy" : String.valueOf(score.temperature()),
        score.pass(),
        score.passError(),
        score.passOfEight(),
        score.distinct(),
        score.samples(),
        score.surprisalNats(),
        score.accepted());
  }

  void onStep(final StepReport report, final int updates) {
    recent.addLast(report.figures().reward());
    if (recent.size() > WINDOW) {
      recent.removeFirst();
    }
    final double mean = recent.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    final int filled = (int) Math.round(BAR * Math.clamp(report.figures().reward(), 0, 1));
    out.printf(
        Locale.ROOT,
        "update %d/%d  reward %.3f |%s%s| mean of %d %.3f  mixed %.2f  entropy %.3f  clip %.4f"
            + "  mismatch %.1e%s  %,d tokens  %.1f s (rollouts %.1f, training %.1f)%n",
        report.step(),
        updates,
        report.figures().reward(),
        "#".repeat(filled),
        " ".repeat(BAR - filled),
        recent.size(),
        mean,
        report.figures().mixed(),
        report.update().entropyNats(),
        report.update().clipFraction(),
        report.update().mismatch(),
        turns(report.turns()),
        report.cost().computedTokens(),
        report.cost().seconds(),
        report.cost().rolloutNs() / 1e9,
        report.cost().trainNs() / 1e9);
  }

  private static String turns(final TurnWeighing.Use turns) {
    final String lambda = turns.lambda().isEmpty() ? "" : "  lambda " + turns.lambda();
    return turns.noise() == null
        ? lambda
        : String.format(Locale.ROOT, "%s (noise over signal %.2g)", lambda, turns.noise());
  }

  void onDone(final Path root, final Path checkpoint) {
    out.println("run folder:  " + root);
    out.println("the policy:  " + checkpoint);
  }
}
