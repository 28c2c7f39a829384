package dev.coppice.environments.boxes;

import dev.coppice.environments.arithmetic.Split;
import dev.coppice.environments.canonical.StateDigest;
import java.util.List;

/**
 * Names two boxes and what is to be made of the digits in them.
 *
 * @param first box to look into.
 * @param second box to look into.
 * @param rule that makes one number of two digits.
 */
record Boxes(String first, String second, Rule rule) {
  private static final String LETTERS = "abcdefghkmnpqrstuvwxyz";
  private static final int LEAST = 2;
  private static final int DIGITS = 8;

  /** What is asked of the two digits. */
  enum Rule {
    /** The larger of two digits: deciding is easy, writing it down the only risk. */
    LARGER("or") {
      @Override
      int of(final int first, final int second) {
        return Math.max(first, second);
      }
    },
    /** Their sum. */
    PLUS("+") {
      @Override
      int of(final int first, final int second) {
        return first + second;
      }
    };

    private final String sign;

    Rule(final String sign) {
      this.sign = sign;
    }

    abstract int of(int first, int second);

    String sign() {
      return sign;
    }

    String wire() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** Returns how many boxes there are. */
  static int count() {
    return LETTERS.length() * DIGITS;
  }

  /** Names a box by its number, from 0. */
  static String name(final int number) {
    return LETTERS.charAt(number / DIGITS) + String.valueOf(LEAST + number % DIGITS);
  }

  /** Returns the digit, 2 to 9, that lies in a box of any name, always the same. */
  static int inside(final String box) {
    final long bits = Long.parseUnsignedLong(StateDigest.of("box " + box), 16);
    return LEAST + (int) Long.remainderUnsigned(bits, DIGITS);
  }

  String request() {
    return first + " " + rule.wire() + " " + second;
  }

  int answer() {
    return rule.of(inside(first), inside(second));
  }

  /** Returns the split of a pair of boxes, whatever their order. */
  static Split split(final int first, final int second) {
    return Split.of(List.of(first + 1, second + 1));
  }
}
