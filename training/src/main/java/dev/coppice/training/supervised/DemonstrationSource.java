package dev.coppice.training.supervised;

/**
 * Supplies demonstrations to a trainer, which knows nothing of the tasks behind them.
 *
 * @thread called by the trainer's thread only
 */
@FunctionalInterface
public interface DemonstrationSource {

  /**
   * Returns one demonstration.
   *
   * @param index of the demonstration, counted from 0 over the whole run.
   * @param progress of the run from 0 to 1, for a mixture that changes on the way.
   * @return the demonstration, the same for the same arguments.
   */
  TrainingSequence sequence(long index, double progress);
}
