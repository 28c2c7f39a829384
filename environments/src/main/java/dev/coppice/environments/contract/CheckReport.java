package dev.coppice.environments.contract;

import java.util.List;
import java.util.Objects;

/**
 * Tells what a check tried and what it found.
 *
 * @param world that was checked.
 * @param counts of what was tried.
 * @param untried tools that were never called.
 * @param broken the first law that did not hold, with the shortest script found that breaks it, or
 *     null.
 */
public record CheckReport(String world, Counts counts, List<String> untried, Broken broken) {
  /** Copies the list. */
  public CheckReport {
    Objects.requireNonNull(world, "world is null");
    untried = List.copyOf(untried);
  }

  /**
   * Counts what was tried.
   *
   * @param episodes played.
   * @param forks made.
   * @param calls made.
   * @param digests compared.
   * @param tools called at least once.
   */
  public record Counts(long episodes, long forks, Calls calls, long digests, long tools) {}

  /**
   * Counts calls.
   *
   * @param made on branches.
   * @param refused among them.
   * @param writes among them.
   * @param replayed on fresh worlds.
   */
  public record Calls(long made, long refused, long writes, long replayed) {}

  /**
   * Holds a counterexample.
   *
   * @param law that was broken.
   * @param detail of how.
   * @param script that breaks it.
   * @param episodeSeed that wrote the script before it was shortened.
   */
  public record Broken(String law, String detail, Script script, long episodeSeed) {}

  /**
   * Tells whether every law held.
   *
   * @return true if no counterexample was found.
   */
  public boolean holds() {
    return broken == null;
  }

  /**
   * Writes the report for a person.
   *
   * @return lines.
   */
  public String text() {
    final StringBuilder text = new StringBuilder();
    line(text, "world      " + world);
    line(
        text,
        "tried      "
            + counts.episodes()
            + " episodes, "
            + counts.forks()
            + " forks, "
            + counts.calls().made()
            + " calls ("
            + counts.calls().writes()
            + " of WRITE tools, "
            + counts.calls().refused()
            + " refused) of "
            + counts.tools()
            + " tools");
    line(
        text,
        "compared   "
            + counts.digests()
            + " digests, "
            + counts.calls().replayed()
            + " calls made again on fresh worlds and on recordings");
    if (!untried.isEmpty()) {
      line(text, "never called: " + String.join(", ", untried));
    }
    for (final String law : WorldCheck.LAWS) {
      final boolean held = broken == null || !broken.law().equals(law);
      line(text, (held ? "holds      " : "BROKEN     ") + law);
    }
    if (broken != null) {
      line(text, "");
      line(text, broken.detail());
      line(
          text,
          "shortest sequence found (task "
              + broken.script().task().id()
              + ", reset seed "
              + broken.script().seed()
              + ", episode seed "
              + broken.episodeSeed()
              + "):");
      broken.script().steps().forEach(step -> line(text, "  " + step));
    }
    return text.toString();
  }

  private static void line(final StringBuilder text, final String line) {
    text.append(line).append('\n');
  }
}
