package dev.coppice.app.pretrain;

import java.nio.file.Path;

/**
 * Holds what a user chooses about a pretraining run.
 *
 * @param seed of the run; the same seed and steps give the same policy on one thread.
 * @param steps number of updates; a tenth of the default shows that everything works.
 * @param out folder the policy is written to.
 * @param evaluationProblems number of held-out problems per task, 0 for no evaluation.
 * @thread immutable, any thread
 */
public record PretrainOptions(long seed, int steps, Path out, int evaluationProblems) {
  /** Updates of the run that made the shipped policy. */
  public static final int SHIPPED_STEPS = 10_000;

  /** Seed of the run that made the shipped policy. */
  public static final long SHIPPED_SEED = 1;

  /** Rejects runs without work. */
  public PretrainOptions {
    if (steps < 1 || evaluationProblems < 0) {
      throw new IllegalArgumentException(
          "out of range: steps=" + steps + " evaluationProblems=" + evaluationProblems);
    }
  }
}
