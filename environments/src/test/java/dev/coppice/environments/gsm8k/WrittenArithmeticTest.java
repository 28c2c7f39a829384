package dev.coppice.environments.gsm8k;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.coppice.environments.arithmetic.Fraction;
import java.math.BigInteger;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WrittenArithmeticTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "48/2|24",
        "16-3-4|9",
        "2+3*4|14",
        "(2+3)*4|20",
        "2*(3+(4-1))/6|2",
        "-3+5|2",
        "--3|3",
        "2*-3|-6",
        "+.5+.25|3/4",
        "5.|5",
        "0.1+0.2|3/10",
        "50%|1/2",
        "200*(1+10%)|220",
        "1,250,000/2|625000",
        "80,000 * 1.5|120000",
        "7/2/7|1/2",
        "1/3*3|1",
        "560//10|56",
        "-7//2|-4"
      })
  void shouldComputeExactly(final String expression, final String value) {
    assertEquals(Fraction.parse(value), WrittenArithmetic.compute(expression));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "+",
        "1+",
        "*2",
        "(1",
        "1)",
        "()",
        "1 2",
        "1.2.3",
        "1,23",
        "1,2345",
        ",100",
        "1,,000",
        ".",
        "2(3)",
        "1=1",
        "x",
        "1e3",
        "0x1",
        "½",
        "１+１",
        "1+\u00002",
        "%",
        "sqrt(4)",
        "2^3",
        "2**3",
        "1///2"
      })
  void shouldRefuseWhatIsNoExpression(final String expression) {
    assertThrows(
        UnreadableArithmeticException.class,
        () -> WrittenArithmetic.compute(expression),
        expression);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1/0",
        "1/(2-2)",
        "9999999999999999999",
        "999999999999999999*999999999999999999",
        "0.0000000000000000001"
      })
  void shouldRefuseDivisionByZeroAndOverflow(final String expression) {
    assertThrows(
        ArithmeticException.class, () -> WrittenArithmetic.compute(expression), expression);
  }

  @Test
  void shouldRefuseDeepNestingAndLongTextsBeforeTheStackSuffers() {
    final String atLimit = "(".repeat(WrittenArithmetic.DEEPEST_NESTING - 1) + "1";
    final String closed = atLimit + ")".repeat(WrittenArithmetic.DEEPEST_NESTING - 1);

    assertEquals(Fraction.of(1), WrittenArithmetic.compute(closed));
    assertThrows(
        UnreadableArithmeticException.class, () -> WrittenArithmetic.compute("(" + closed + ")"));
    assertThrows(
        UnreadableArithmeticException.class,
        () -> WrittenArithmetic.compute("-".repeat(900) + "1"));
    assertThrows(
        UnreadableArithmeticException.class,
        () -> WrittenArithmetic.compute("1+".repeat(5 << 20) + "1"));
  }

  @Test
  void shouldAgreeWithATreeOfBigNumbersWhenExpressionsAreDrawnAtRandom() {
    for (int seed = 0; seed < 5_000; seed++) {
      final SplittableRandom random = new SplittableRandom(seed);
      final StringBuilder text = new StringBuilder();
      final BigInteger[] value = draw(random, 3, text);
      if (value != null) {
        final Fraction computed = WrittenArithmetic.compute(text.toString());
        assertEquals(
            value[0].multiply(BigInteger.valueOf(computed.denominator())),
            value[1].multiply(BigInteger.valueOf(computed.numerator())),
            "seed=" + seed + " text=" + text);
      }
    }
  }

  /** Writes a random expression, every operation in parentheses, and returns its value or null. */
  private static BigInteger[] draw(
      final SplittableRandom random, final int depth, final StringBuilder text) {
    if (depth == 0 || random.nextInt(4) == 0) {
      final int cents = random.nextInt(2_000);
      text.append(cents / 100).append('.').append(cents / 10 % 10).append(cents % 10);
      return new BigInteger[] {BigInteger.valueOf(cents), BigInteger.valueOf(100)};
    }
    final char operator = "+-*/".charAt(random.nextInt(4));
    text.append(random.nextInt(5) == 0 ? "( " : "(");
    final BigInteger[] left = draw(random, depth - 1, text);
    text.append(operator);
    final BigInteger[] right = draw(random, depth - 1, text);
    text.append(")");
    if (left == null || right == null || operator == '/' && right[0].signum() == 0) {
      return null;
    }
    final BigInteger denominator = left[1].multiply(right[1]);
    final BigInteger cross = left[0].multiply(right[1]);
    final BigInteger other = right[0].multiply(left[1]);
    final BigInteger[] value =
        switch (operator) {
          case '+' -> new BigInteger[] {cross.add(other), denominator};
          case '-' -> new BigInteger[] {cross.subtract(other), denominator};
          case '*' -> new BigInteger[] {left[0].multiply(right[0]), denominator};
          default -> new BigInteger[] {cross, other};
        };
    return value[0].bitLength() > 50 || value[1].bitLength() > 50 ? null : value;
  }
}
