package dev.coppice.environments.gsm8k;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.coppice.environments.arithmetic.Fraction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecimalNumberTest {
  @ParameterizedTest
  @CsvSource({
    "48/2,24",
    "12/16,.75",
    "0.8-0.5,0.3",
    "2-2.5,-.5",
    "0.5-1,-0.5",
    "1.5*2,3",
    "10.0-0.5,9.5",
    "10/3,3.3333333333",
    "2/3,.6666666667",
    "0-3,-3",
    "1-1,0",
    "1/100000000000,0",
    "1.10+1,2.1"
  })
  void shouldSpellResultsAsTheDataSetDoes(final String expression, final String text) {
    assertEquals(text, DecimalNumber.write(WrittenArithmetic.compute(expression), expression));
  }

  @Test
  void shouldSpellTheLargestNumberInFull() {
    assertEquals(
        "9223372036854775807", DecimalNumber.write(Fraction.of(Long.MAX_VALUE), "whatever"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "72|72",
        "$72|72",
        " 72. |72",
        "1,080|1080",
        "$ 109,200,000.00|109200000",
        "-5|-5",
        "72.50|72.5",
        ".5|0.5",
        "0.50|0.5",
        "007|7",
        "+3|3",
        "-$5|-5",
        "$-1,234.5|-1234.5",
        "$1,234,567.|1234567",
        "1234|1234",
        "-0|0",
        "100|100"
      })
  void shouldNormaliseAnswersToOneSpelling(final String answer, final String normalised) {
    assertEquals(normalised, DecimalNumber.normalise(answer));
  }

  @Test
  void shouldTakeTheFirstLineAlone() {
    assertEquals("72", DecimalNumber.normalise("72\nAnd then some more 73"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "seventy", "7 dollars", "7/2", "1e3", "..", "-", "7-2", "٧"})
  void shouldGiveNothingWhenTheAnswerIsNoNumber(final String answer) {
    assertNull(DecimalNumber.normalise(answer));
  }

  /** Each of them once paid for another number. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "5 6",
        "1,5",
        "1 234",
        "1,23,456",
        "1234,567",
        "1,234567",
        "12,34",
        ",123",
        "1,",
        "5$",
        "$$5",
        "-$-5",
        "3/4",
        "5%",
        "1\u00a0234",
        "1.234,5",
        "- 5"
      })
  void shouldNotReadAnotherNumberThanStandsThere(final String answer) {
    assertNull(DecimalNumber.normalise(answer));
  }
}
