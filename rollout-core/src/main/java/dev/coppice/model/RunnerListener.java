package dev.coppice.model;

/**
 * Takes in what a runner says while it is polled.
 *
 * @thread the engine thread, from within {@link ModelRunner#poll}.
 */
public interface RunnerListener {
  /**
   * Takes in quotes; when it returns, every branch that was not released is paid for.
   *
   * @param quotes of this round; not to be kept.
   */
  void quoted(Quotes quotes);

  /**
   * Takes in answers.
   *
   * @param draws of this round; not to be kept.
   */
  void drawn(Draws draws);

  /**
   * Takes in what a round of computing took; it decides nothing.
   *
   * @param rows computed together.
   * @param computeNs spent in the model, in nanoseconds.
   * @param drawNs spent drawing, in nanoseconds.
   */
  default void computed(final int rows, final long computeNs, final long drawNs) {}
}
