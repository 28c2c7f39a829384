package dev.coppice.app.pretrain;

import java.util.Locale;

/**
 * Tells what a policy does on one task at one temperature.
 *
 * @param task that was played.
 * @param temperature of the samples, 0 for greedy.
 * @param problems that were played, all held out.
 * @param samples per problem.
 * @param pass share of episodes that were solved.
 * @param passError standard error of {@code pass}, clustered by the multiset of numbers.
 * @param passOfEight chance that one of eight samples solves the problem, without bias from the
 *     number of samples.
 * @param wellFormed share of calls that were not answered {@code bad}.
 * @param accepted share of calls that were answered neither {@code bad} nor {@code illegal}.
 * @param distinct mean number of distinct action sequences among the samples of a problem.
 * @param sampledTokens mean per episode.
 * @param observedTokens mean per episode.
 * @param callEntropyNats mean per token inside calls.
 * @param otherEntropyNats mean per sampled token elsewhere.
 * @param allOpened share of episodes that opened every drawer; 1 where there are none.
 * @thread immutable, any thread
 */
public record PolicyScore(
    String task,
    double temperature,
    int problems,
    int samples,
    double pass,
    double passError,
    double passOfEight,
    double wellFormed,
    double accepted,
    double distinct,
    double sampledTokens,
    double observedTokens,
    double callEntropyNats,
    double otherEntropyNats,
    double allOpened) {

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
        task,
        temperature == 0 ? "greedy" : String.valueOf(temperature),
        pass,
        passError,
        passOfEight,
        wellFormed,
        accepted,
        distinct,
        samples,
        sampledTokens,
        observedTokens,
        callEntropyNats,
        otherEntropyNats,
        allOpened);
  }
}
