package dev.coppice.environments.gsm8k;

import dev.coppice.environments.arithmetic.Fraction;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads and writes numbers as GSM8K spells them.
 *
 * <p>Whole numbers have no point. Other numbers have as many decimals as they need, at most ten,
 * and no zero before the point unless the expression spelled one of its numbers that way: {@code
 * 12/16=.75}, {@code 0.8-0.5=0.3}. The data set itself is not of one mind; this rule gives the same
 * text for 27,235 of its 27,998 results and the same number for all.
 *
 * @thread stateless, any thread
 */
public final class DecimalNumber {
  /** Numbers are rounded to this many decimals, half to even. */
  public static final int MAX_DECIMALS = 10;

  private static final Pattern LEADING_ZERO = Pattern.compile("(?<![0-9.,])0\\.");

  /** Commas stand between groups of three digits alone: 1,5 is not fifteen. */
  private static final Pattern NUMBER =
      Pattern.compile(
          "([-+]?)(?:\\$\\s*)?([-+]?)"
              + "((?:[0-9]{1,18}|[0-9]{1,3}(?:,[0-9]{3}){1,5})(?:\\.[0-9]{0,18})?|\\.[0-9]{1,18})");

  private DecimalNumber() {}

  /**
   * Writes the result of an expression.
   *
   * @param value to write.
   * @param expression the value was computed from.
   * @return for example {@code 24}, {@code -3}, {@code .75} or {@code 0.3}.
   */
  public static String write(final Fraction value, final String expression) {
    final BigDecimal rounded =
        BigDecimal.valueOf(value.numerator())
            .divide(BigDecimal.valueOf(value.denominator()), MAX_DECIMALS, RoundingMode.HALF_EVEN)
            .stripTrailingZeros();
    final String text = rounded.signum() == 0 ? "0" : rounded.toPlainString();
    if (LEADING_ZERO.matcher(expression).find()) {
      return text;
    }
    return text.startsWith("0.")
        ? text.substring(1)
        : text.startsWith("-0.") ? "-" + text.substring(2) : text;
  }

  /**
   * Normalises a final answer.
   *
   * <p>Takes the first line without blanks around it, a dollar sign before the digits, commas between
   * groups of three and a full stop at its end. Anything else is no number: two numbers, other
   * separators ({@code 1 234}, {@code 1,5}), units ({@code 12 dollars}, {@code 5%}) and fractions.
   *
   * @param answer as sampled or as in the data.
   * @return the number without superfluous zeros, for example {@code 72} or {@code 0.5}; null if
   *     the answer is no number.
   */
  public static String normalise(final String answer) {
    final String line = firstLine(answer);
    if (line.length() > WrittenArithmetic.LONGEST_CHARS) {
      return null;
    }
    final String bare = line.strip();
    final Matcher number =
        NUMBER.matcher(bare.endsWith(".") ? bare.substring(0, bare.length() - 1) : bare);
    if (!number.matches() || !(number.group(1).isEmpty() || number.group(2).isEmpty())) {
      return null;
    }
    final String sign = number.group(1) + number.group(2);
    final BigDecimal value = new BigDecimal(sign + number.group(3).replace(",", ""));
    return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
  }

  private static String firstLine(final String answer) {
    final int from = answer.startsWith("\n") ? 1 : 0;
    final int end = answer.indexOf('\n', from);
    return end < 0 ? answer.substring(from) : answer.substring(from, end);
  }
}
