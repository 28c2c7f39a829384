package dev.coppice.plug;

import java.util.Collection;
import java.util.Locale;

/**
 * Finds the name a mistyped one was most likely meant to be.
 *
 * @thread any; stateless.
 */
public final class NearestName {
  private static final int FAR = 1 << 20;

  private NearestName() {}

  /**
   * Returns the candidate with the least edit distance.
   *
   * @param typed by a person.
   * @param candidates the right names.
   * @return the nearest, or null if none is near.
   */
  public static String of(final String typed, final Collection<String> candidates) {
    String best = null;
    int bestDistance = Integer.MAX_VALUE;
    for (final String candidate : candidates) {
      final int distance = Math.min(distance(typed, candidate), 1 + tailDistance(typed, candidate));
      if (distance < bestDistance) {
        bestDistance = distance;
        best = candidate;
      }
    }
    return bestDistance <= Math.max(3, typed.length() / 2) ? best : null;
  }

  /** A key named in the wrong section is one step away, if it is nearly spelt as it should be. */
  private static int tailDistance(final String typed, final String candidate) {
    final int distance = distance(tail(typed), tail(candidate));
    return distance <= tail(typed).length() / 5 ? distance : FAR;
  }

  private static String tail(final String dotted) {
    return dotted.substring(dotted.lastIndexOf('.') + 1);
  }

  /** Returns the number of letters to insert, drop or replace, case aside. */
  static int distance(final String left, final String right) {
    final String a = left.toLowerCase(Locale.ROOT).replace('_', '-');
    final String b = right.toLowerCase(Locale.ROOT);
    int[] previous = new int[b.length() + 1];
    int[] current = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        final int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
      }
      final int[] swap = previous;
      previous = current;
      current = swap;
    }
    return previous[b.length()];
  }
}
