package dev.coppice.plug;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.coppice.plug.PlugOption.Range;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlugOptionTest {
  private static final PlugOption WHOLE = PlugOption.whole("m", 2, new Range(1, 64), "Trees.");
  private static final PlugOption NUMBER =
      PlugOption.number("share", 0.5, new Range(0, 1), "A share.");
  private static final PlugOption FLAG = PlugOption.flag("tool", true, "Whether tools count.");
  private static final PlugOption CHOICE = PlugOption.choice("std", "Divisor.", "sample", "none");
  private static final PlugOption TEXTS = PlugOption.texts("places", List.of("0:4"), "Places.");
  private static final PlugOption WHOLES =
      PlugOption.wholes("children", List.of(8L), new Range(1, 1024), "Children.");

  private static String fitting(final PlugOption option, final Object value) {
    return assertThrows(IllegalArgumentException.class, () -> option.typed(value)).getMessage();
  }

  private static String fittingText(final PlugOption option, final String text) {
    return assertThrows(IllegalArgumentException.class, () -> option.parsed(text)).getMessage();
  }

  @Test
  void shouldTakeValuesOfItsType() {
    assertEquals(3L, WHOLE.typed(3L));
    assertEquals(3L, WHOLE.typed(3));
    assertEquals(1.0, NUMBER.typed(1L));
    assertEquals(false, FLAG.typed(false));
    assertEquals("none", CHOICE.typed("none"));
    assertEquals(List.of("a", "b"), TEXTS.typed(List.of("a", "b")));
    assertEquals(List.of(1L, 2L), WHOLES.typed(List.of(1, 2L)));
  }

  @Test
  void shouldReadWhatACommandLineSays() {
    assertEquals(3L, WHOLE.parsed(" 3"));
    assertEquals(0.25, NUMBER.parsed("0.25"));
    assertEquals(true, FLAG.parsed("true"));
    assertEquals(List.of("0:4", "decision:8"), TEXTS.parsed("0:4, decision:8"));
    assertEquals(List.of(4L, 2L), WHOLES.parsed("4,2"));
    assertEquals(List.of(), TEXTS.parsed(""));
  }

  @Test
  void shouldSayWhatWouldFit() {
    assertEquals("a whole number", fitting(WHOLE, 2.5));
    assertEquals("between 1 and 64", fitting(WHOLE, 0L));
    assertEquals("a number", fitting(NUMBER, "x"));
    assertEquals("between 0 and 1", fitting(NUMBER, Double.NaN));
    assertEquals("true or false", fitting(FLAG, "yes"));
    assertEquals("one of sample, none", fitting(CHOICE, "nun"));
    assertEquals("a list of texts", fitting(TEXTS, "0:4"));
    assertEquals("a text", fitting(TEXTS, List.of(4L)));
    assertEquals("between 1 and 1024", fitting(WHOLES, List.of(8L, 0L)));
    assertEquals("a whole number", fittingText(WHOLE, "many"));
    assertEquals("a list of whole numbers", fittingText(WHOLES, "4,x"));
    assertEquals("a number", fittingText(NUMBER, "half"));
    assertEquals(
        "a name",
        fittingText(PlugOption.text("preference", PlugOption.Type.NAME, "fold", "A name."), " "));
  }

  @Test
  void shouldRefuseInfinityEvenWithoutABound() {
    final PlugOption open =
        PlugOption.number("cap", 0, new Range(0, Double.POSITIVE_INFINITY), "A cap.");

    assertEquals("at least 0", fitting(open, Double.POSITIVE_INFINITY));
    assertEquals(7.0, open.typed(7));
  }

  @Test
  void shouldDescribeItself() {
    assertEquals("std=sample|none (default sample)", CHOICE.describe());
    assertEquals("share=NUMBER (default 0.5)", NUMBER.describe());
    assertEquals("children=WHOLES (default 8)", WHOLES.describe());
  }

  @Test
  void shouldRefuseADeclarationThatContradictsItself() {
    assertThrows(
        IllegalArgumentException.class,
        () -> PlugOption.whole("m", 65, new Range(1, 64), "Too many."));
    assertThrows(IllegalArgumentException.class, () -> PlugOption.flag("Tool", true, "A flag."));
    assertThrows(IllegalArgumentException.class, () -> PlugOption.flag("tool", true, " "));
  }
}
