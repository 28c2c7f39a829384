package dev.coppice.error;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PlainTextTest {
  @Test
  void shouldWriteWhatATerminalWouldObey() {
    assertEquals("a\\u001b[31mred\\u0007", PlainText.of("a\u001b[31mred\u0007"));
    assertEquals("\\u009b2J\\u202egnp.exe", PlainText.of("\u009b2J\u202egnp.exe"));
    assertEquals("up\\u000ddown", PlainText.of("up\rdown"));
  }

  @Test
  void shouldLeaveAllOtherTextAsItIs() {
    final String text = "two lines\n\tand a tab, \u00e9, \u4e2d, \ud83c\udf33";
    assertEquals(text, PlainText.of(text));
  }
}
