package dev.coppice.environments.arithmetic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.environments.arithmetic.CalculatorResult.Kind;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CalculatorTest {

  @ParameterizedTest
  @CsvSource({
    "8 8 5 3, 8*3, 24, 24 8 5",
    "8 8 5 3, 8+8, 16, 16 5 3",
    "7/2 3, 7/2/3, 7/6, 7/6",
    "7 2/3, 7/2/3, 21/2, 21/2",
    "5 -8, 5--8, 13, 13",
    "5 -8, -8-5, -13, -13",
    "7/2 3, 7/2*3, 21/2, 21/2",
    "9 4 3, 3-9, -6, 4 -6"
  })
  void shouldSplitTheTextWhereThePoolHasBothNumbers(
      final String pool, final String call, final String value, final String next) {
    final CalculatorResult result = Calculator.call(pool(pool), call);

    assertEquals(Kind.VALID, result.kind(), call);
    assertEquals(value, result.observation());
    assertEquals(pool(next), result.pool());
  }

  @ParameterizedTest
  @CsvSource({"8 5 3, 8*8", "8 5 3, 4+5", "8 0, 8/0", "8 5, 8/0", "8 5 3, 5/0-3"})
  void shouldAnswerIllegalAndKeepThePoolWhenTheCallMayNotBePlayed(
      final String pool, final String call) {
    final CalculatorResult result = Calculator.call(pool(pool), call);

    assertEquals(Kind.ILLEGAL, result.kind(), call);
    assertEquals("illegal", result.observation());
    assertEquals(pool(pool), result.pool());
  }

  @ParameterizedTest
  @CsvSource({
    "''",
    "8",
    "8*",
    "*8",
    "8 * 5",
    "8**5",
    "open 1",
    "8x5",
    "+-",
    "8*99999999999999999999"
  })
  void shouldAnswerBadWhenTheTextIsNoCall(final String call) {
    assertEquals("bad", Calculator.call(pool("8 5 3"), call).observation(), call);
  }

  @Test
  void shouldAnswerIllegalWhenTheResultDoesNotFit() {
    final List<Fraction> pool = pool("999999999999999999 999999999999999998");

    final CalculatorResult result = Calculator.call(pool, "999999999999999999*999999999999999998");

    assertEquals(Kind.ILLEGAL, result.kind());
  }

  private static List<Fraction> pool(final String text) {
    return Arrays.stream(text.split(" "))
        .map(Fraction::parse)
        .sorted(Comparator.reverseOrder())
        .toList();
  }
}
