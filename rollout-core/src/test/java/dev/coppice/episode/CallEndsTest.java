package dev.coppice.episode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.trajectory.Span;
import dev.coppice.trajectory.SpanKind;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Where calls end, however the model's tokens cut the text. */
final class CallEndsTest {
  private static final Dialect HERMES = json(1);
  private static final Dialect LLAMA = bare("{");
  private static final Dialect PYTHONIC = bare("[");
  private static final Dialect MISTRAL =
      new Dialect("[TOOL_CALLS]", "", "", "", Dialect.Ending.BRACKET, 1);
  private static final Dialect MISTRAL_ARGS =
      new Dialect("[TOOL_CALLS]", "", "", "", Dialect.Ending.BRACE, 1);

  private static Dialect json(final int perTurn) {
    return new Dialect("<c>", "</c>", "<a>", "</a>", Dialect.Ending.JSON, perTurn);
  }

  private static Dialect bare(final String open) {
    return new Dialect(open, "", "<a>", "</a>", Dialect.Ending.BARE, 1);
  }

  @Test
  void shouldNotEndACallAtAMarkInAString() {
    assertCalls(HERMES, "<c>{\"q\":\"a </c> b\"}</c>", "{\"q\":\"a </c> b\"}");
    assertCalls(HERMES, "<c>{\"q\":\"a \\\"</c>\"}</c>", "{\"q\":\"a \\\"</c>\"}");
    assertCalls(HERMES, "<c>{\"q\":\"a \\\\\"}</c>", "{\"q\":\"a \\\\\"}");
    // No string goes on over the end of a line, so this one was never one.
    assertCalls(HERMES, "<c>{\"q: 1}\n</c>", "{\"q: 1}\n");
  }

  @Test
  void shouldEndACallWithItsBracket() {
    assertCalls(
        LLAMA,
        "\n{\"name\":\"f\",\"parameters\":{\"a\":\"}\"}}",
        "{\"name\":\"f\",\"parameters\":{\"a\":\"}\"}}");
    assertCalls(LLAMA, "<|python_tag|>{\"a\":[1,{}]}", "{\"a\":[1,{}]}");
    assertCalls(PYTHONIC, "[f(a=']', b=[1]), g()]", "[f(a=']', b=[1]), g()]");
    assertCalls(MISTRAL, "so[TOOL_CALLS] [{\"a\":\"]\"}]", " [{\"a\":\"]\"}]");
    assertCalls(
        MISTRAL_ARGS,
        "so[TOOL_CALLS]f[ARGS]{\"a\":[1,{\"b\":\"}\"}]}",
        "f[ARGS]{\"a\":[1,{\"b\":\"}\"}]}");
  }

  @Test
  void shouldTakeNoTextForACallThatDoesNotBeginWithOne() {
    for (final String text : List.of("see {\"a\":1} there", "[1] and [f] say so", "[ 1, 2 ]")) {
      for (final Dialect dialect : List.of(LLAMA, PYTHONIC)) {
        final ActionParser parser = new ActionParser(dialect);
        assertEquals(ActionParser.Signal.NONE, parser.accept(text), text);
        assertFalse(parser.endsCalls() && dialect == PYTHONIC, text);
      }
    }
  }

  @Test
  void shouldGoOnWhileCallsFollowOneAnother() {
    final String text = "hm <c>{\"a\":1}</c>\n<c>{\"b\":2}</c>";
    final Random random = new Random(3);
    for (int round = 0; round < 200; round++) {
      final ActionParser parser = new ActionParser(json(3));
      feed(parser, text, random);
      assertTrue(parser.endsCalls());
      assertEquals(List.of("{\"a\":1}", "{\"b\":2}"), parser.contents(), "round=" + round);
      assertEquals(ActionParser.Signal.NONE, parser.accept("\n<c"), "another may follow");
      assertEquals(ActionParser.Signal.CALL, parser.accept(" no"), "round=" + round);
      assertEquals(List.of("{\"a\":1}", "{\"b\":2}"), parser.contents(), "round=" + round);
      assertEquals(text, parser.turnOfCalls());
    }
  }

  @Test
  void shouldEndTheTurnWithTheLastCallThatFits() {
    final ActionParser parser = new ActionParser(json(2));
    assertEquals(ActionParser.Signal.NONE, parser.accept("<c>1</c>"));
    assertEquals(ActionParser.Signal.CALL, parser.accept("<c>2</c>"));
    assertEquals(
        List.of(new Span(0, 1, SpanKind.TOOL_CALL, 7), new Span(1, 1, SpanKind.TOOL_CALL, 7)),
        parser.spans(0, 2, 7));
  }

  @Test
  void shouldSayHowFarTheLastTokenRunsPastTheCall() {
    final ActionParser parser = new ActionParser(HERMES);
    parser.accept("<c>1");
    parser.accept("</c");
    assertEquals(ActionParser.Signal.CALL, parser.accept("><obs"));
    assertEquals(4, parser.overrun());
    assertEquals(">", parser.lastOfCall());
    assertEquals("<c>1</c>", parser.turnOfCalls());
  }

  @Test
  void shouldShowTheMarkOfACallThatWasNeverClosed() {
    final ActionParser parser = new ActionParser(HERMES);
    parser.accept("x<c>{\"a\":1}");
    assertTrue(parser.endsCalls());
    assertEquals(List.of("<c>{\"a\":1}"), parser.contents());
  }

  @Test
  void shouldRefuseMarksThatDoNotGoTogether() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new Dialect("{", "}", "", "", Dialect.Ending.BARE, 1));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Dialect("<c>", "", "", "", Dialect.Ending.JSON, 1));
    assertThrows(IllegalArgumentException.class, () -> json(0));
  }

  private static void assertCalls(final Dialect dialect, final String text, final String content) {
    final Random random = new Random(text.hashCode());
    for (int round = 0; round < 100; round++) {
      final ActionParser parser = new ActionParser(dialect);
      assertEquals(ActionParser.Signal.CALL, feed(parser, text, random), text + " round=" + round);
      assertEquals(List.of(content), parser.contents(), "round=" + round);
      assertEquals(0, parser.overrun());
    }
  }

  /** Cuts a text into pieces anywhere; nothing but the last piece may complete something. */
  private static ActionParser.Signal feed(
      final ActionParser parser, final String text, final Random random) {
    ActionParser.Signal last = ActionParser.Signal.NONE;
    for (int at = 0; at < text.length(); ) {
      assertEquals(ActionParser.Signal.NONE, last, text);
      final int end = Math.min(text.length(), at + 1 + random.nextInt(5));
      last = parser.accept(text.substring(at, end));
      at = end;
    }
    return last;
  }
}
