package dev.coppice.app.pretrain;

import java.util.Locale;

/**
 * Tells what a policy does on one task at one temperature.
 *
 * @param sample that was played.
 * @param pass of the episodes.
 * @param calls of the episodes.
 * @param distinct mean number of distinct action sequences among the samples of a problem.
 * @param tokens of the episodes.
 * @param allOpened share of episodes that opened every drawer; 1 where there are none.
 * @thread immutable, any thread
 */
public record PolicyScore(
    Sample sample, Pass pass, Calls calls, double distinct, Tokens tokens, double allOpened) {

  /**
   * Says what was played.
   *
   * @param task that was played.
   * @param temperature of the samples, 0 for greedy.
   * @param problems that were played, all held out.
   * @param perProblem samples of each problem.
   */
  public record Sample(String task, double temperature, int problems, int perProblem) {}

  /**
   * Says how often problems were solved.
   *
   * @param share of episodes that were solved.
   * @param error standard error of {@code share}, clustered by the multiset of numbers.
   * @param ofEight chance that one of eight samples solves the problem, without bias from the number
   *     of samples.
   */
  public record Pass(double share, double error, double ofEight) {}

  /**
   * Says how calls were written.
   *
   * @param wellFormed share that was not answered {@code bad}.
   * @param accepted share that was answered neither {@code bad} nor {@code illegal}.
   */
  public record Calls(double wellFormed, double accepted) {}

  /**
   * Says what was sampled and read.
   *
   * @param sampled mean per episode.
   * @param observed mean per episode.
   * @param callEntropyNats mean per token inside calls.
   * @param otherEntropyNats mean per sampled token elsewhere.
   */
  public record Tokens(
      double sampled, double observed, double callEntropyNats, double otherEntropyNats) {}

  /** Heads the columns of {@link #row}. */
  public static final String HEADER =
      "| task | T | pass | pass of 8 | well-formed | accepted | distinct | tokens sampled"
          + " | observed | nats in calls | elsewhere | all opened |\n"
          + "|---|---|---|---|---|---|---|---|---|---|---|---|";

  /**
   * Writes one row of a Markdown table.
   *
   * @return the row, without a line end.
   */
  public String row() {
    return String.format(
        Locale.ROOT,
        "| %s | %s | %.3f (%.3f) | %.3f | %.4f | %.3f | %.1f of %d | %.1f | %.1f | %.2f | %.3f"
            + " | %.3f |",
        sample.task(),
        sample.temperature() == 0 ? "greedy" : String.valueOf(sample.temperature()),
        pass.share(),
        pass.error(),
        pass.ofEight(),
        calls.wellFormed(),
        calls.accepted(),
        distinct,
        sample.perProblem(),
        tokens.sampled(),
        tokens.observed(),
        tokens.callEntropyNats(),
        tokens.otherEntropyNats(),
        allOpened);
  }
}
