package dev.coppice.environments.drawers;

import dev.coppice.environments.arithmetic.Split;
import dev.coppice.environments.countdown.NumbersPlug;
import dev.coppice.environments.replay.ScriptedEnvironment;

/**
 * Offers {@code drawers}.
 *
 * @thread any; immutable.
 */
public final class DrawersPlug extends NumbersPlug {
  /** Makes the plug. */
  public DrawersPlug() {
    super(
        DrawersEnvironment.NAME, "The same with numbers that lie in drawers, to be opened first.");
  }

  @Override
  protected ScriptedEnvironment drawn(final Split split, final int count, final long seed) {
    return new DrawersEnvironment(split, count, seed);
  }
}
