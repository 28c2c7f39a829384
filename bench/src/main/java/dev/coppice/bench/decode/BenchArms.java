package dev.coppice.bench.decode;

/**
 * Chooses what is measured beside prefill and decoding.
 *
 * @param unshared whether branches with their own copies of the prefix decode too.
 * @param job whether whole jobs are timed, shared and unshared, prefill included.
 * @param contended whether decoding is measured beside one foreign busy thread too.
 * @param repeats of every measurement, whose median is reported; at least 1.
 */
public record BenchArms(boolean unshared, boolean job, boolean contended, int repeats) {
  /** Checks the repeats. */
  public BenchArms {
    if (repeats < 1 || repeats > 1000) {
      throw new IllegalArgumentException("repeats must be 1 to 1000: repeats=" + repeats);
    }
  }

  /**
   * Returns the least: prefill and decoding, once.
   *
   * @return one repeat, no further arm.
   */
  public static BenchArms once() {
    return new BenchArms(false, false, false, 1);
  }
}
