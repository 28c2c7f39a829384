package dev.coppice.environments.arithmetic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class FractionTest {

  @Test
  void shouldKeepLowestTermsWithTheSignInTheNumerator() {
    assertEquals(new Fraction(-7, 2), new Fraction(14, -4));
    assertEquals("-7/2", new Fraction(14, -4).toString());
    assertEquals("0", new Fraction(0, -9).toString());
  }

  @Test
  void shouldComputeExactlyWhenThirdsAddUp() {
    final Fraction third = new Fraction(1, 3);

    assertEquals(Fraction.of(1), third.plus(third).plus(third));
    assertEquals(Fraction.of(24), Fraction.of(8).dividedBy(third));
    assertEquals(new Fraction(-1, 6), third.minus(new Fraction(1, 2)));
  }

  @Test
  void shouldReadWhatItWrites() {
    for (final String text : new String[] {"0", "24", "-3", "7/2", "-7/2"}) {
      assertEquals(text, Fraction.parse(text).toString());
    }
    assertThrows(NumberFormatException.class, () -> Fraction.parse("1/-2"));
  }

  @Test
  void shouldThrowWhenAResultDoesNotFit() {
    final Fraction largest = Fraction.of(Long.MAX_VALUE);

    assertThrows(ArithmeticException.class, () -> largest.plus(Fraction.of(1)));
    assertThrows(ArithmeticException.class, () -> largest.times(Fraction.of(2)));
    assertThrows(ArithmeticException.class, () -> largest.dividedBy(Fraction.of(0)));
  }

  @Test
  void shouldOrderByValueEvenWhenCrossProductsOverflow() {
    final Fraction nearlyOne = new Fraction(Long.MAX_VALUE - 1, Long.MAX_VALUE);

    assertTrue(new Fraction(1, 3).compareTo(new Fraction(1, 2)) < 0);
    assertTrue(new Fraction(-1, 3).compareTo(new Fraction(-1, 2)) > 0);
    assertTrue(nearlyOne.compareTo(new Fraction(Long.MAX_VALUE - 2, Long.MAX_VALUE - 1)) > 0);
  }
}
