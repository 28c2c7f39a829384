package dev.coppice.draw;

/**
 * Draws random numbers that depend on nothing but their key and counters.
 *
 * <p>There is no state, so a draw is the same whoever else is in the batch, and any draw can be
 * repeated alone. Keys are mixed with the finaliser of SplitMix64, applied once per word.
 *
 * @thread any; pure.
 * @source Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", for the idea; Steele,
 *     Lea and Flood 2014, "Fast splittable pseudorandom number generators", for the mixer.
 */
public final class CounterRandom {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;
  private static final double ULP_53 = 0x1.0p-53;

  private CounterRandom() {}

  /**
   * Makes a key out of a key and a word; different words give unrelated keys.
   *
   * @param key to start from.
   * @param word to mix in.
   * @return a new key.
   */
  public static long mix(final long key, final long word) {
    long z = key + GOLDEN * (2 * word + 1);
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    z ^= z >>> 31;
    return z ^ Long.rotateLeft(key, 23);
  }

  /**
   * Draws a uniform number.
   *
   * @param key of the sequence.
   * @param stream in the sequence, so that two uses of one counter do not meet.
   * @param counter of the draw.
   * @return a number in [0, 1), a multiple of 2^-53.
   */
  public static double uniform(final long key, final int stream, final long counter) {
    return (mix(mix(mix(key, stream), counter), GOLDEN) >>> 11) * ULP_53;
  }
}
