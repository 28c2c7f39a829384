package dev.coppice.training.supervised;

/**
 * Holds every hyper-parameter of a supervised run.
 *
 * @param steps number of updates.
 * @param batch of demonstrations.
 * @param schedule of the learning rate.
 * @param optimizer constants of AdamW.
 * @param seed of the initial weights and of the order of the batches.
 * @thread immutable, any thread
 */
public record TrainerSettings(
    int steps, Batch batch, Schedule schedule, Optimizer optimizer, long seed) {

  /**
   * Says how demonstrations are put together.
   *
   * @param sequences number of demonstrations per update.
   * @param perBucket number of batches whose demonstrations are sorted by length together, so that
   *     little of a batch is padding.
   */
  public record Batch(int sequences, int perBucket) {
    /** Rejects empty batches. */
    public Batch {
      if (sequences < 1 || perBucket < 1) {
        throw new IllegalArgumentException(
            "must be at least 1: sequences=" + sequences + " perBucket=" + perBucket);
      }
    }
  }

  /**
   * Says how the learning rate moves.
   *
   * @param peakLearningRate of AdamW.
   * @param warmupSteps over which the learning rate rises from 0.
   * @param flatShare of the steps at the peak, after the warm-up.
   * @param finalShare of the peak that the linear decay ends at.
   */
  public record Schedule(
      double peakLearningRate, int warmupSteps, double flatShare, double finalShare) {}

  /**
   * Holds the constants of AdamW.
   *
   * @param beta1 decay of the first moment.
   * @param beta2 decay of the second moment.
   * @param epsilon added to the root of the second moment.
   * @param weightDecay per step and unit of learning rate, on matrices only.
   * @param clipNorm largest norm of the whole gradient.
   */
  public record Optimizer(
      double beta1, double beta2, double epsilon, double weightDecay, double clipNorm) {}

  /** Rejects runs without work. */
  public TrainerSettings {
    if (steps < 1) {
      throw new IllegalArgumentException("must be at least 1: steps=" + steps);
    }
  }

  /**
   * Returns the settings the shipped policy was trained with.
   *
   * @param steps number of updates.
   * @param seed of the run.
   * @return AdamW at 3e-3 with batches of 32.
   */
  public static TrainerSettings tiny(final int steps, final long seed) {
    return new TrainerSettings(
        steps,
        new Batch(32, 16),
        new Schedule(3e-3, 60, 0.2, 0.02),
        new Optimizer(0.9, 0.95, 1e-8, 0.05, 1.0),
        seed);
  }

  /**
   * Computes the learning rate: a linear rise, a flat stretch, a linear decay.
   *
   * @param step of the update, counted from 0.
   * @return the learning rate of that update.
   */
  public double learningRate(final int step) {
    if (step < schedule.warmupSteps()) {
      return schedule.peakLearningRate() * (step + 1) / schedule.warmupSteps();
    }
    final double decayFrom = schedule.warmupSteps() + schedule.flatShare() * steps;
    if (step < decayFrom) {
      return schedule.peakLearningRate();
    }
    final double share = Math.min(1.0, (step - decayFrom) / Math.max(1.0, steps - decayFrom));
    return schedule.peakLearningRate() * (1.0 - share * (1.0 - schedule.finalShare()));
  }
}
