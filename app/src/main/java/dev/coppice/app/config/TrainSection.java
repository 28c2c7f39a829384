package dev.coppice.app.config;

/**
 * Configures what {@code train} does with the groups it takes from the engine.
 *
 * @param updates to make.
 * @param learningRate of the first update.
 * @param finalShare of the learning rate at the last update.
 * @param rule for shared tokens.
 * @param marks what becomes of marked nodes.
 * @param clipLow of the ratio.
 * @param clipHigh of the ratio.
 * @param entropyBonus per nat.
 * @param klToStart per nat.
 * @param importanceCap of stale tokens.
 * @param epochs on each batch.
 * @param imitation of demonstrations.
 * @param demonstrations per update.
 * @param ahead batches.
 * @param checkpointEvery updates.
 * @param evaluateEvery updates.
 * @param evaluationProblems held out.
 */
public record TrainSection(
    @Key(value = "Updates to make; each takes bridge.batch groups.", min = 1, max = 1_000_000)
        int updates,
    @Key(value = "Learning rate of the first update.", min = 0, max = 1) double learningRate,
    @Key(value = "Share of the learning rate that the last update has.", min = 0, max = 1)
        double finalShare,
    @Key(
            value =
                "What a shared token weighs: its trajectories (train_once, the flat loss) or its"
                    + " path weight (weighted).",
            choices = {"train_once", "weighted"})
        String rule,
    @Key(
            value =
                "Nodes marked simulated, foreign_model or rewritten: refuse ends the training, mask"
                    + " leaves them out, keep trains them.",
            choices = {"refuse", "mask", "keep"})
        String marks,
    @Key(value = "How far a ratio may fall below 1.", min = 0.001, max = 0.999) double clipLow,
    @Key(value = "How far a ratio may rise above 1.", min = 0.001, max = 1000) double clipHigh,
    @Key(value = "Bonus per nat of mean entropy.", min = 0, max = 10) double entropyBonus,
    @Key(value = "Price per nat of divergence from the start's weights.", min = 0, max = 100)
        double klToStart,
    @Key(value = "Largest importance weight of tokens older weights sampled.", min = 1, max = 1000)
        double importanceCap,
    @Key(value = "Updates made on each batch.", min = 1, max = 64) int epochs,
    @Key(
            value = "Weight of the log-likelihood of demonstrations (countdown and drawers).",
            min = 0,
            max = 100)
        double imitation,
    @Key(value = "Demonstrations per update, where imitation is not 0.", min = 1, max = 4096)
        int demonstrations,
    @Key(
            value =
                "Batches asked for while one is trained: 0 is on-policy; at most bridge.staleness.",
            min = 0,
            max = 64)
        int ahead,
    @Key(value = "Updates between checkpoints that are kept.", min = 1, max = 1_000_000)
        int checkpointEvery,
    @Key(
            value = "Updates between held-out evaluations; 0 for one before and one after.",
            min = 0,
            max = 1_000_000)
        int evaluateEvery,
    @Key(value = "Held-out problems of an evaluation; 0 for none.", min = 0, max = 100_000)
        int evaluationProblems) {

  /** Every default. */
  public static final TrainSection DEFAULT =
      new TrainSection(
          50,
          6e-4,
          0.05,
          "train_once",
          "refuse",
          0.2,
          0.2,
          0.01,
          0.0,
          2.0,
          1,
          0.0,
          16,
          0,
          10,
          0,
          100);
}
