package dev.coppice.environments.countdown;

import dev.coppice.environments.arithmetic.Split;
import dev.coppice.environments.replay.ScriptedEnvironment;

/**
 * Offers {@code countdown}.
 *
 * @thread any; immutable.
 */
public final class CountdownPlug extends NumbersPlug {
  /** Makes the plug. */
  public CountdownPlug() {
    super(
        CountdownEnvironment.NAME,
        "Reach a number with numbers and a calculator; problems are drawn.");
  }

  @Override
  protected ScriptedEnvironment drawn(final Split split, final int count, final long seed) {
    return new CountdownEnvironment(split, count, seed);
  }
}
