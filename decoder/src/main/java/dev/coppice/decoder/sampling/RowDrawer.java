package dev.coppice.decoder.sampling;

import dev.coppice.model.Draws;
import dev.coppice.model.Work;
import dev.coppice.trajectory.SamplingSettings;

/**
 * Draws what a piece of work asks for from a row of logits.
 *
 * @thread one at a time.
 */
@FunctionalInterface
public interface RowDrawer {
  /**
   * Draws one token per draw.
   *
   * @param draws whose last row is filled.
   * @param logits holding the row.
   * @param offset of its first logit.
   * @param length of the row, V.
   * @param work that asks.
   * @return false if a logit is not finite; the row then has no draw.
   */
  boolean drawRow(Draws draws, float[] logits, int offset, int length, Work work);

  /** Makes a drawer for settings. */
  @FunctionalInterface
  interface Maker {
    /**
     * Makes a drawer.
     *
     * @param settings to draw with.
     * @return a drawer.
     */
    RowDrawer of(SamplingSettings settings);
  }
}
