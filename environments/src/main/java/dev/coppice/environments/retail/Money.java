package dev.coppice.environments.retail;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Rounds amounts as the reference does, whose amounts are binary fractions. */
final class Money {
  private static final int CENTS = 2;

  private Money() {}

  /** Rounds the exact value to cents, half to even. */
  static double rounded(final double amount) {
    return new BigDecimal(amount).setScale(CENTS, RoundingMode.HALF_EVEN).doubleValue();
  }

  /** Writes an amount with at least one decimal: {@code 8276.23}, {@code 12.0}. */
  static String write(final double amount) {
    final String text = BigDecimal.valueOf(amount).toPlainString();
    return text.contains(".") ? text : text + ".0";
  }
}
