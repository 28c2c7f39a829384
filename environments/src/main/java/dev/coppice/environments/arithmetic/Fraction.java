package dev.coppice.environments.arithmetic;

import java.util.regex.Pattern;

/**
 * Represents an exact rational number in lowest terms.
 *
 * <p>The sign lives in the numerator, so equal numbers are equal records and {@code toString} is
 * canonical: {@code 24}, {@code -3}, {@code 7/2}. Arithmetic never rounds: what does not fit in a
 * {@code long} throws {@link ArithmeticException}. That bound is a rule of the worlds, which neither
 * fraction of commons-numbers has: one holds 32 bits, the other any number of them.
 *
 * @param numerator of the number in lowest terms, which carries the sign.
 * @param denominator of the number in lowest terms, at least 1.
 * @thread immutable, any thread
 */
public record Fraction(long numerator, long denominator) implements Comparable<Fraction> {
  private static final Pattern TEXT = Pattern.compile("-?[0-9]{1,18}(/[0-9]{1,18})?");

  /** Reduces to lowest terms and rejects a denominator of zero. */
  public Fraction {
    if (denominator == 0) {
      throw new ArithmeticException("division by zero: numerator=" + numerator + " denominator=0");
    }
    if (denominator != 1) {
      final long divisor = greatestCommonDivisor(numerator, denominator);
      final long signed = denominator < 0 ? -divisor : divisor;
      numerator = numerator / signed;
      denominator = denominator / signed;
    }
  }

  /**
   * Makes the fraction of a whole number.
   *
   * @param value of the fraction.
   * @return the fraction {@code value/1}.
   */
  public static Fraction of(final long value) {
    return new Fraction(value, 1);
  }

  /**
   * Tells whether a text is spelled as a number: an optional minus, digits, and an optional slash
   * with digits.
   *
   * @param text to look at.
   * @return true if {@link #parse} would read it, a denominator of zero aside.
   */
  public static boolean isNumber(final String text) {
    return TEXT.matcher(text).matches();
  }

  /**
   * Reads a number as {@link #toString} writes it; {@code 14/4} is read as {@code 7/2}.
   *
   * @param text spelled as {@link #isNumber} asks.
   * @return the number in lowest terms.
   * @throws NumberFormatException if the text is not spelled as a number.
   * @throws ArithmeticException if the denominator is zero.
   */
  public static Fraction parse(final String text) {
    if (!isNumber(text)) {
      throw new NumberFormatException("not a number: text=" + text);
    }
    final int slash = text.indexOf('/');
    return slash < 0
        ? of(Long.parseLong(text))
        : new Fraction(
            Long.parseLong(text.substring(0, slash)), Long.parseLong(text.substring(slash + 1)));
  }

  /**
   * Adds exactly.
   *
   * @param other number to add.
   * @return {@code this + other}.
   * @throws ArithmeticException if the result does not fit in a {@code long}.
   */
  public Fraction plus(final Fraction other) {
    if (denominator == 1 && other.denominator == 1) {
      return of(Math.addExact(numerator, other.numerator));
    }
    return new Fraction(
        Math.addExact(
            Math.multiplyExact(numerator, other.denominator),
            Math.multiplyExact(other.numerator, denominator)),
        Math.multiplyExact(denominator, other.denominator));
  }

  /**
   * Subtracts exactly.
   *
   * @param other number to subtract.
   * @return {@code this - other}.
   * @throws ArithmeticException if the result does not fit in a {@code long}.
   */
  public Fraction minus(final Fraction other) {
    return plus(new Fraction(Math.negateExact(other.numerator), other.denominator));
  }

  /**
   * Multiplies exactly.
   *
   * @param other number to multiply by.
   * @return {@code this * other}.
   * @throws ArithmeticException if the result does not fit in a {@code long}.
   */
  public Fraction times(final Fraction other) {
    return new Fraction(
        Math.multiplyExact(numerator, other.numerator),
        Math.multiplyExact(denominator, other.denominator));
  }

  /**
   * Divides exactly.
   *
   * @param other number to divide by.
   * @return {@code this / other}.
   * @throws ArithmeticException if {@code other} is zero or the result does not fit in a {@code
   *     long}.
   */
  public Fraction dividedBy(final Fraction other) {
    return new Fraction(
        Math.multiplyExact(numerator, other.denominator),
        Math.multiplyExact(denominator, other.numerator));
  }

  /**
   * Tells whether this is one of 0, 1, 2, ...
   *
   * @return true if the number is whole and not negative.
   */
  public boolean isNatural() {
    return denominator == 1 && numerator >= 0;
  }

  @Override
  public int compareTo(final Fraction other) {
    if (denominator == other.denominator) {
      return Long.compare(numerator, other.numerator);
    }
    // The cross products need up to 127 bits: compare the high words first, then the low ones.
    final long high = Math.multiplyHigh(numerator, other.denominator);
    final long otherHigh = Math.multiplyHigh(other.numerator, denominator);
    return high != otherHigh
        ? Long.compare(high, otherHigh)
        : Long.compareUnsigned(numerator * other.denominator, other.numerator * denominator);
  }

  /** Writes {@code 24}, {@code -3} or {@code 7/2}. */
  @Override
  public String toString() {
    return denominator == 1 ? Long.toString(numerator) : numerator + "/" + denominator;
  }

  private static long greatestCommonDivisor(final long left, final long right) {
    if (left == Long.MIN_VALUE || right == Long.MIN_VALUE) {
      throw new ArithmeticException("overflow: left=" + left + " right=" + right);
    }
    long a = Math.abs(left);
    long b = Math.abs(right);
    while (b != 0) {
      final long rest = a % b;
      a = b;
      b = rest;
    }
    return a;
  }
}
