package dev.coppice.episode;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.trajectory.Span;
import dev.coppice.trajectory.SpanKind;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ActionParserTest {
  private static final Dialect GSM8K = new Dialect("<<", "=", "#### ", "");

  @Test
  void shouldFindACallHoweverTheTextIsCutIntoPieces() {
    final Random random = new Random(5);
    final String text = "8 5 3<call>8*3</call>";
    for (int round = 0; round < 300; round++) {
      final ActionParser parser = new ActionParser(Dialect.TAGS);
      ActionParser.Signal last = ActionParser.Signal.NONE;
      int at = 0;
      while (at < text.length()) {
        assertEquals(ActionParser.Signal.NONE, last, "round=" + round);
        final int end = Math.min(text.length(), at + 1 + random.nextInt(6));
        last = parser.accept(text.substring(at, end));
        at = end;
      }

      assertEquals(ActionParser.Signal.CALL, last, "round=" + round);
      assertEquals("8*3", parser.content(), "round=" + round);
    }
  }

  @Test
  void shouldNameThoughtCallAndAnswerTokenByToken() {
    final ActionParser parser =
        parser(Dialect.TAGS, "8", " ", "5", "<call>", "8", "*", "5", "</call>");

    assertEquals(
        List.of(
            new Span(0, 3, SpanKind.THINK, Span.NO_CALL), new Span(3, 5, SpanKind.TOOL_CALL, 2)),
        parser.spans(0, 8, 2));
    assertEquals(List.of(new Span(0, 2, SpanKind.THINK, Span.NO_CALL)), parser.spans(1, 3, 2));
    assertEquals(List.of(new Span(0, 2, SpanKind.TOOL_CALL, 2)), parser.spans(4, 6, 2));
  }

  @Test
  void shouldForkInTheMiddleOfACall() {
    final ActionParser parent = parser(Dialect.TAGS, "<call>", "8");
    final ActionParser child = parent.fork();
    parent.accept("*5");
    child.accept("-1");

    assertEquals(ActionParser.Signal.CALL, parent.accept("</call>"));
    assertEquals(ActionParser.Signal.CALL, child.accept("</call>"));
    assertEquals("8*5", parent.content());
    assertEquals("8-1", child.content());
  }

  @Test
  void shouldReadAnAnswerThatOnlyTheEndOfTheSequenceCloses() {
    final ActionParser parser = parser(GSM8K, "so ", "it is\n", "####", " 7", "2");

    assertEquals("72", parser.contentAtEnd());
  }

  @Test
  void shouldGiveAllTextAsTheAnswerWhereThereAreNoMarks() {
    final ActionParser parser = parser(Dialect.PLAIN, "once ", "upon");

    assertEquals("once upon", parser.contentAtEnd());
    assertEquals(List.of(new Span(0, 2, SpanKind.TEXT, Span.NO_CALL)), parser.spans(0, 2, -1));
  }

  @Test
  void shouldForgetTheTurnBefore() {
    final ActionParser parser = parser(Dialect.TAGS, "<call>", "1", "</call>");
    parser.nextTurn();

    assertEquals(ActionParser.Signal.NONE, parser.accept("9"));
    parser.accept("<answer>");
    parser.accept("29");
    assertEquals(ActionParser.Signal.ANSWER, parser.accept("</answer>"));
    assertEquals("29", parser.content());
    assertEquals(4, parser.tokens());
  }

  private static ActionParser parser(final Dialect dialect, final String... pieces) {
    final ActionParser parser = new ActionParser(dialect);
    for (final String piece : pieces) {
      parser.accept(piece);
    }
    return parser;
  }

  @Test
  void shouldJoinALetterSpreadOverTokensAlsoAfterAForkInItsMiddle() {
    final ActionParser parent = parser(Dialect.TAGS, "<call>", "a", "\udce2", "\udc82");

    final ActionParser euro = parent.fork();
    euro.accept("\udcac");
    final ActionParser other = parent.fork();
    other.accept("\udcad");
    euro.accept("</call>");
    other.accept("</call>");
    parent.accept("b</call>");

    assertEquals("a\u20ac", euro.content());
    assertEquals("a\u20ad", other.content());
    assertEquals("a\ufffd\ufffdb", parent.content());
    assertEquals(List.of(new Span(0, 6, SpanKind.TOOL_CALL, 2)), euro.spans(0, 6, 2));
  }

  @Test
  void shouldFindTheMarkBehindALetterThatBecameShorter() {
    final ActionParser parser = parser(Dialect.TAGS, "\udcf0", "\udc9f", "\udc98", "\udc80<ca");

    parser.accept("ll>x");
    final ActionParser.Signal last = parser.accept("</call>");

    assertEquals(ActionParser.Signal.CALL, last);
    assertEquals("x", parser.content());
  }
}
