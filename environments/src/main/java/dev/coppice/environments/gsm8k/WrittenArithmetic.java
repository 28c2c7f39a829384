package dev.coppice.environments.gsm8k;

import dev.coppice.environments.arithmetic.Fraction;

/**
 * Computes an arithmetic expression exactly.
 *
 * <p>A recursive-descent parser of its own: nothing is evaluated as code. Blanks may stand between
 * any two symbols.
 *
 * <pre>
 *   sum     = product { ("+" | "-") product }
 *   product = signed { ("*" | "/" | "//") signed }
 *   signed  = { "+" | "-" } primary { "%" }
 *   primary = number | "(" sum ")"
 *   number  = digits [ "." [ digits ] ] | "." digits        digits may be grouped: 1,250,000
 * </pre>
 *
 * @thread one at a time
 */
public final class WrittenArithmetic {
  /** Expressions longer than this are refused before anything is parsed. */
  public static final int LONGEST_CHARS = 1_000;

  /** Parentheses and signs nested deeper than this are refused. */
  public static final int DEEPEST_NESTING = 64;

  private static final int LONGEST_NUMBER_DIGITS = 18;
  private static final Fraction PERCENT = new Fraction(1, 100);

  private final String text;
  private int position;
  private int nesting;

  private WrittenArithmetic(final String text) {
    this.text = text;
  }

  /**
   * Computes an expression.
   *
   * @param text of the expression.
   * @return the exact value.
   * @throws UnreadableArithmeticException if the text is no expression.
   * @throws ArithmeticException on division by zero, or if a number does not fit in a {@code long}.
   */
  public static Fraction compute(final String text) {
    if (text.length() > LONGEST_CHARS) {
      throw new UnreadableArithmeticException("expression is too long: chars=" + text.length());
    }
    final WrittenArithmetic expression = new WrittenArithmetic(text);
    final Fraction value = expression.sum();
    if (expression.symbol() != '\0') {
      throw expression.unexpected();
    }
    return value;
  }

  private Fraction sum() {
    Fraction value = product();
    while (true) {
      if (take('+')) {
        value = value.plus(product());
      } else if (take('-')) {
        value = value.minus(product());
      } else {
        return value;
      }
    }
  }

  private Fraction product() {
    Fraction value = signed();
    while (true) {
      if (take('*')) {
        value = value.times(signed());
      } else if (take('/')) {
        // The data set knows whole division, which rounds down: 560//10.
        final boolean whole = take('/');
        final Fraction quotient = value.dividedBy(signed());
        value = whole ? floor(quotient) : quotient;
      } else {
        return value;
      }
    }
  }

  private static Fraction floor(final Fraction number) {
    return Fraction.of(Math.floorDiv(number.numerator(), number.denominator()));
  }

  private Fraction signed() {
    enter();
    final Fraction value;
    if (take('-')) {
      value = Fraction.of(0).minus(signed());
    } else if (take('+')) {
      value = signed();
    } else {
      value = percents(primary());
    }
    nesting--;
    return value;
  }

  private Fraction percents(final Fraction number) {
    Fraction value = number;
    while (take('%')) {
      value = value.times(PERCENT);
    }
    return value;
  }

  private Fraction primary() {
    if (take('(')) {
      final Fraction value = sum();
      if (!take(')')) {
        throw unexpected();
      }
      return value;
    }
    return number();
  }

  private Fraction number() {
    symbol();
    long digits = 0;
    int count = 0;
    int decimals = -1;
    while (position < text.length()) {
      final char symbol = text.charAt(position);
      if (symbol >= '0' && symbol <= '9') {
        if (++count > LONGEST_NUMBER_DIGITS) {
          throw new ArithmeticException("number has too many digits: at=" + position);
        }
        digits = 10 * digits + symbol - '0';
        decimals = decimals < 0 ? decimals : decimals + 1;
      } else if (symbol == '.' && decimals < 0) {
        decimals = 0;
      } else if (symbol != ',' || decimals >= 0 || !groupsDigits(count)) {
        break;
      }
      position++;
    }
    if (count == 0) {
      throw unexpected();
    }
    return new Fraction(digits, powerOfTen(Math.max(0, decimals)));
  }

  /** Tells whether the comma at this position parts thousands: a digit before, three behind. */
  private boolean groupsDigits(final int digitsBefore) {
    if (digitsBefore == 0 || position + 3 >= text.length()) {
      return false;
    }
    for (int i = 1; i <= 3; i++) {
      if (!isDigit(position + i)) {
        return false;
      }
    }
    return !isDigit(position + 4);
  }

  private boolean isDigit(final int at) {
    return at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9';
  }

  private static long powerOfTen(final int exponent) {
    long power = 1;
    for (int i = 0; i < exponent; i++) {
      power *= 10;
    }
    return power;
  }

  private boolean take(final char expected) {
    if (symbol() != expected) {
      return false;
    }
    position++;
    return true;
  }

  /** Skips blanks and returns the next symbol, or a zero character at the end. */
  private char symbol() {
    while (position < text.length() && text.charAt(position) == ' ') {
      position++;
    }
    return position < text.length() ? text.charAt(position) : '\0';
  }

  private void enter() {
    if (++nesting > DEEPEST_NESTING) {
      throw new UnreadableArithmeticException("expression is nested too deep: at=" + position);
    }
  }

  private UnreadableArithmeticException unexpected() {
    return new UnreadableArithmeticException(
        position < text.length()
            ? "unexpected character: at=" + position + " code=" + (int) text.charAt(position)
            : "expression ends too early: chars=" + text.length());
  }
}
