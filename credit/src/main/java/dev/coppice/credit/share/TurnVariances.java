package dev.coppice.credit.share;

import java.util.Arrays;

/**
 * Holds how much of the reward's variance is left after each class of turns, over the groups so far.
 *
 * <p>{@code nu[0]} is the variance inside a prompt, {@code nu[u + 1]} what is left between draws that
 * agree through class u, so that class u decides {@code tau(u) = max(0, nu[u] - nu[u + 1])}. Each is a
 * running mean over the groups that had pairs to tell it: the plain mean of the first {@value
 * #MEMORY}, after that one that forgets. Too few groups say nothing: below {@value #ENOUGH} every
 * share is 1.
 *
 * @shape {@value Turns#CLASSES} classes and one more place.
 * @thread any; immutable.
 */
final class TurnVariances {
  /** Groups before the shares are used. */
  static final int ENOUGH = 8;

  /** Groups the running mean remembers. */
  static final int MEMORY = 128;

  /** Says nothing yet. */
  static final TurnVariances NOTHING =
      new TurnVariances(new long[Turns.CLASSES + 1], new double[Turns.CLASSES + 1]);

  private static final int PLACES = Turns.CLASSES + 1;

  private final long[] groups;
  private final double[] left;

  private TurnVariances(final long[] groups, final double[] left) {
    this.groups = groups;
    this.left = left;
  }

  /** Reads what {@link #toString} wrote; an empty text says nothing yet. */
  static TurnVariances parse(final String text) {
    if (text.isBlank()) {
      return NOTHING;
    }
    final String[] places = text.strip().split(" ");
    if (places.length != PLACES) {
      throw refused(text);
    }
    final long[] groups = new long[PLACES];
    final double[] left = new double[PLACES];
    for (int u = 0; u < PLACES; u++) {
      final String[] pair = places[u].split("x");
      try {
        groups[u] = Long.parseLong(pair[0]);
        left[u] = Double.parseDouble(pair[1]);
      } catch (final NumberFormatException | ArrayIndexOutOfBoundsException e) {
        throw refused(text);
      }
      if (groups[u] < 0 || !(left[u] >= 0) || Double.isInfinite(left[u])) {
        throw refused(text);
      }
    }
    return new TurnVariances(groups, left);
  }

  private static IllegalArgumentException refused(final String text) {
    return new IllegalArgumentException(
        "shares must be "
            + PLACES
            + " parts GROUPSxVARIANCE separated by spaces, as a credit block or --state has them:"
            + " shares="
            + text);
  }

  /** Adds a group; {@code NaN} where it had no pairs to tell. */
  TurnVariances after(final double[] group) {
    final long[] counted = groups.clone();
    final double[] mean = left.clone();
    for (int u = 0; u < PLACES; u++) {
      if (!Double.isNaN(group[u])) {
        counted[u]++;
        mean[u] += (group[u] - mean[u]) / Math.min(counted[u], MEMORY);
      }
    }
    return new TurnVariances(counted, mean);
  }

  /** Whether enough groups told the variance inside a prompt, before and after a class. */
  boolean knows(final int kind) {
    return left(0) > 0 && groups[firstTold()] >= ENOUGH && groups[kind + 1] >= ENOUGH;
  }

  private int firstTold() {
    int u = 0;
    while (u < PLACES - 1 && groups[u] == 0) {
      u++;
    }
    return u;
  }

  /** What is left before class {@code place}; single trunks cannot tell what their trunk decides. */
  double left(final int place) {
    double least = left[firstTold()];
    for (int u = firstTold() + 1; u <= place; u++) {
      least = groups[u] == 0 ? least : Math.min(least, left[u]);
    }
    return least;
  }

  /** What a class decides. */
  double decided(final int kind) {
    return left(kind) - left(kind + 1);
  }

  /** The share of the variance inside a prompt that a class decides, 1 where nobody knows. */
  double share(final int kind) {
    return knows(kind) ? decided(kind) / left(0) : 1.0;
  }

  @Override
  public String toString() {
    final String[] places = new String[PLACES];
    Arrays.setAll(places, u -> groups[u] + "x" + left[u]);
    return String.join(" ", places);
  }
}
