package dev.coppice.draw;

import java.util.Arrays;

/**
 * Names the samples that share a path, and the randomness each of them draws with.
 *
 * <p>Samples whose tokens are equal so far are one path: it is computed once, and each sample draws
 * the next token for itself. Divided independently, every sample has the key it would have alone, so
 * it draws what it would have drawn alone. Divided systematically, they have one key together: with
 * U its number at a position, sample j of m takes the quantile {@code frac(U + j/m)}. Every quantile
 * by itself is uniform, so the marginals are exact, and a token of probability p gets the floor or
 * the ceiling of m p of the samples.
 *
 * @shape keys long[count], or long[1] where all share one.
 * @thread any; immutable.
 * @source arithmetic sampling, Vilnis and others 2022 (arXiv:2210.15458), made to fork.
 */
public final class Copies {
  private final int count;
  private final long first;

  /** One key a sample, or null where one key is all there is. */
  private final long[] keys;

  private final Division division;

  private Copies(final int count, final long first, final long[] keys, final Division division) {
    if (count < 1) {
      throw new IllegalArgumentException("a path needs at least one sample: count=" + count);
    }
    this.count = count;
    this.first = first;
    this.keys = keys;
    this.division = division;
  }

  /**
   * Names one sample that draws with a key of its own.
   *
   * @param key of its randomness.
   * @return the sample alone.
   */
  public static Copies one(final long key) {
    return new Copies(1, key, null, Division.INDEPENDENT);
  }

  /**
   * Names samples that draw independently.
   *
   * @param keys of their randomness, one a sample; kept.
   * @return the samples.
   */
  public static Copies independent(final long[] keys) {
    return keys.length == 1
        ? one(keys[0])
        : new Copies(keys.length, keys.length == 0 ? 0 : keys[0], keys, Division.INDEPENDENT);
  }

  /**
   * Names samples that are divided systematically.
   *
   * @param count of the samples, at least 1.
   * @param key all of them share.
   * @return the samples.
   */
  public static Copies systematic(final int count, final long key) {
    return new Copies(count, key, null, Division.SYSTEMATIC);
  }

  /**
   * Returns the number of samples.
   *
   * @return the number, at least 1.
   */
  public int count() {
    return count;
  }

  /**
   * Returns the key of the first sample: a path of one sample draws with it.
   *
   * @return the key, for {@link DrawKey#uniform}.
   */
  public long key() {
    return first;
  }

  /**
   * Returns the key that one draw goes on with where it may be more than one token.
   *
   * @param draw from 0: sample {@code draw / children}, its child {@code draw % children}.
   * @param children of each sample.
   * @param position of the first token to be drawn.
   * @return the key of {@link DrawKey#uniform} at that position and those after it.
   */
  public long key(final int draw, final int children, final int position) {
    return keys == null && count > 1
        ? CounterRandom.mix(CounterRandom.mix(first, position), draw)
        : DrawKey.child(keyOf(draw / children), position, draw % children);
  }

  private long keyOf(final int sample) {
    return keys == null ? first : keys[sample];
  }

  /**
   * Returns the uniform number that decides the token of a draw.
   *
   * @param draw from 0: sample {@code draw / children}, its child {@code draw % children}.
   * @param children of each sample.
   * @param position of the token.
   * @return a number in [0, 1).
   */
  public double uniform(final int draw, final int children, final int position) {
    if (division == Division.INDEPENDENT) {
      return DrawKey.uniform(
          DrawKey.child(keyOf(draw / children), position, draw % children), position);
    }
    final int all = count * children;
    final double quantile = DrawKey.uniform(first, position) + (double) draw / all;
    return quantile < 1 ? quantile : quantile - 1;
  }

  /**
   * Returns which draw of a row counts, where it has more than are wanted.
   *
   * @param draw from 0: sample {@code draw / children}, its child {@code draw % children}.
   * @param children wanted of each sample.
   * @param drawn of each sample, at least {@code children}.
   * @return the draw among {@code count * drawn}; of a systematic division they lie evenly spread.
   */
  public int rowDraw(final int draw, final int children, final int drawn) {
    return division == Division.SYSTEMATIC
        ? (int) ((long) draw * drawn / children)
        : draw / children * drawn + draw % children;
  }

  /**
   * Names the samples after a token all of them drew.
   *
   * @param children of each sample.
   * @param position of the token.
   * @return {@code count * children} samples.
   */
  public Copies together(final int children, final int position) {
    if (children == 1) {
      return this;
    }
    if (division == Division.SYSTEMATIC) {
      return systematic(count * children, first);
    }
    final int[] draws = new int[count * children];
    Arrays.setAll(draws, draw -> draw);
    return apart(draws, children, position, 0);
  }

  /**
   * Names those of the samples that part from the others.
   *
   * @param draws of the part, rising.
   * @param children of each sample.
   * @param position of the token at which they part.
   * @param part tells the part from its siblings: the token, or a number of its own.
   * @return one sample a draw.
   */
  public Copies apart(final int[] draws, final int children, final int position, final long part) {
    if (division == Division.SYSTEMATIC) {
      return systematic(draws.length, CounterRandom.mix(CounterRandom.mix(first, position), part));
    }
    final long[] own = new long[draws.length];
    for (int i = 0; i < own.length; i++) {
      own[i] = DrawKey.child(keyOf(draws[i] / children), position, draws[i] % children);
    }
    return independent(own);
  }
}
