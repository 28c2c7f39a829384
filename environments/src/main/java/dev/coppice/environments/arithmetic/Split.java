package dev.coppice.environments.arithmetic;

import java.util.List;

/**
 * Parts the problems into those that may be trained on and those that are held out.
 *
 * <p>The multiset of numbers decides, whatever the target, the order or the task, so no training run
 * ever sees the numbers of a held-out problem: one multiset in five is held out, by the finaliser of
 * SplitMix64 over the numbers in descending order.
 *
 * @thread immutable, any thread
 */
public enum Split {
  /** Problems to train on. */
  TRAIN(0),
  /** Problems to evaluate on. */
  HELD_OUT(1);

  private static final int ONE_IN = 5;

  /** Part of every seed below: another number is another set of problems. */
  private final int salt;

  Split(final int salt) {
    this.salt = salt;
  }

  /**
   * Finds the split of a multiset of numbers.
   *
   * @param numbers in any order, each from 1 to 255.
   * @return the split every problem with these numbers belongs to.
   */
  public static Split of(final List<Integer> numbers) {
    long packed = 0;
    for (final int number : numbers.stream().sorted((a, b) -> b - a).toList()) {
      packed = (packed << 8) | number;
    }
    return Long.remainderUnsigned(mix64(packed + 0x9E3779B97F4A7C15L), ONE_IN) == 0
        ? HELD_OUT
        : TRAIN;
  }

  /** Scrambles 64 bits as SplitMix64's finaliser does. */
  static long mix64(final long bits) {
    long z = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Makes the seed of the draws for one problem, so that problems do not depend on each other. */
  static long streamSeed(final long salt, final Split split, final long seed, final long index) {
    final long bits = mix64(seed + 0x9E3779B97F4A7C15L * (salt + split.salt));
    return mix64(bits + 0x9E3779B97F4A7C15L * (index + 1));
  }
}
