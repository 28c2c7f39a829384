package dev.coppice.episode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.episode.ActionParser.Signal;
import dev.coppice.trajectory.Span;
import dev.coppice.trajectory.SpanKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Stops across tokens, lines that stop, and thoughts in which nothing counts. */
final class TurnRulesTest {
  private static final TurnRules.Thinking THINK =
      new TurnRules.Thinking("<think>", "</think>", 0, "</think>");

  private static TurnRules stops(final boolean included, final String... texts) {
    return new TurnRules(
        0, new TurnRules.Stops(List.of(texts), List.of(), included), TurnRules.Thinking.NONE);
  }

  private static TurnRules lines(final String... lines) {
    return new TurnRules(
        0, new TurnRules.Stops(List.of(), List.of(lines), false), TurnRules.Thinking.NONE);
  }

  private static TurnRules thinking(final int tokens) {
    return new TurnRules(
        0,
        TurnRules.Stops.NONE,
        new TurnRules.Thinking(THINK.open(), THINK.close(), tokens, THINK.close()));
  }

  private static Signal read(final ActionParser parser, final String... pieces) {
    Signal last = Signal.NONE;
    for (final String piece : pieces) {
      assertEquals(Signal.NONE, last, "the turn went on behind its end");
      last = parser.accept(piece);
    }
    return last;
  }

  private static List<String> cut(final Random random, final String text) {
    final List<String> pieces = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      final int end = Math.min(text.length(), at + 1 + random.nextInt(4));
      pieces.add(text.substring(at, end));
      at = end;
    }
    return pieces;
  }

  @Test
  void shouldStopWhereverTokensAreCut() {
    final long seed = new Random().nextLong();
    final Random random = new Random(seed);
    final List<String> stops = List.of("ab", "bca", "\u00e9", "aab");
    for (int round = 0; round < 3_000; round++) {
      final StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(30); i >= 0; i--) {
        text.append("abc\u00e9 ".charAt(random.nextInt(5)));
      }
      final int minTokens = random.nextInt(6);
      final boolean included = random.nextBoolean();
      final TurnRules rules =
          new TurnRules(
              0, new TurnRules.Stops(stops, List.of(), included), TurnRules.Thinking.NONE);
      final ActionParser parser = new ActionParser(Dialect.TAGS, rules, minTokens);
      final String place = "seed=" + seed + " round=" + round + " text=" + text;
      String seen = "";
      int tokens = 0;
      for (final String piece : cut(random, text.toString())) {
        final int before = seen.length();
        seen += piece;
        final String expected =
            ++tokens > minTokens ? stopped(seen, before, stops, included) : null;
        final Signal signal = parser.fork().accept(piece);
        assertEquals(expected != null, signal == Signal.STOP, place);
        assertEquals(signal, parser.accept(piece), place);
        if (signal == Signal.STOP) {
          assertEquals(expected, parser.contentAtEnd(), place);
          break;
        }
      }
    }
  }

  /** The text up to the first stop that ends behind a place, or null. */
  private static String stopped(
      final String text, final int before, final List<String> stops, final boolean included) {
    for (int end = before + 1; end <= text.length(); end++) {
      String longest = null;
      for (final String stop : stops) {
        final boolean longer = longest == null || stop.length() > longest.length();
        longest = text.substring(0, end).endsWith(stop) && longer ? stop : longest;
      }
      if (longest != null) {
        return text.substring(0, included ? end : end - longest.length());
      }
    }
    return null;
  }

  @Test
  void shouldLeaveOutWhatATokenSaysBeyondTheStop() {
    final ActionParser out = new ActionParser(Dialect.PLAIN, stops(false, "END"), 0);
    final ActionParser in = new ActionParser(Dialect.PLAIN, stops(true, "END"), 0);

    assertEquals(Signal.STOP, read(out, "one E", "ND two"));
    assertEquals(Signal.STOP, read(in, "one E", "ND two"));
    assertEquals("one ", out.contentAtEnd());
    assertEquals("one END", in.contentAtEnd());
  }

  @Test
  void shouldStopBehindALineThatBeginsSo() {
    final ActionParser parser = new ActionParser(Dialect.PLAIN, lines("####"), 0);
    final ActionParser middle = new ActionParser(Dialect.PLAIN, lines("####"), 0);

    assertEquals(Signal.STOP, read(parser, "2+2 is 4\n#", "### 4", "\nThe"));
    assertEquals("2+2 is 4\n#### 4", parser.contentAtEnd());
    assertEquals(Signal.NONE, read(middle, "see #### 4\n", "#### 4"));
  }

  @Test
  void shouldTakeWhatEndsFirst() {
    final ActionParser call = new ActionParser(Dialect.TAGS, stops(false, "</call>."), 0);
    final ActionParser stop = new ActionParser(Dialect.TAGS, stops(false, "x"), 0);

    assertEquals(Signal.CALL, read(call, "<call>f</call>. more"));
    assertEquals("f", call.content());
    assertEquals(Signal.STOP, read(stop, "<call>f x</call>"));
  }

  @Test
  void shouldReadNoCallInsideAThought() {
    final ActionParser parser = new ActionParser(Dialect.TAGS, thinking(0), 0);

    assertEquals(
        Signal.CALL,
        read(
            parser,
            "so <thi",
            "nk> I <call>delete</call>",
            " <answer>1</answer></th",
            "ink><call>look</call>"));
    assertEquals("look", parser.content());
    assertEquals(
        List.of(
            new Span(0, 3, SpanKind.THINK, Span.NO_CALL), new Span(3, 1, SpanKind.TOOL_CALL, 7)),
        parser.spans(0, 4, 7));
  }

  @Test
  void shouldScoreWhatFollowsTheThoughts() {
    final ActionParser parser = new ActionParser(Dialect.PLAIN, thinking(0), 0);
    final ActionParser open = new ActionParser(Dialect.PLAIN, thinking(0), 0);

    read(parser, "<think>hm</think>", "42");
    read(open, "<think>hm", " 42");

    assertEquals("42", parser.contentAtEnd());
    assertEquals("", open.contentAtEnd(), "a thought is no answer");
    assertEquals(
        List.of(
            new Span(0, 1, SpanKind.THINK, Span.NO_CALL),
            new Span(1, 1, SpanKind.TEXT, Span.NO_CALL)),
        parser.spans(0, 2, Span.NO_CALL));
  }

  @Test
  void shouldThinkFromTheStartWhereThePromptOpensAThought() {
    final ActionParser parser = new ActionParser(Dialect.TAGS, thinking(2), 0);
    parser.nextTurn("<|im_start|>assistant\n<think>\n");

    assertEquals(Signal.NONE, read(parser, "<call>x</call>"));
    assertEquals(1, parser.tokensLeft());
    assertEquals(Signal.NONE, read(parser, " well"));
    assertTrue(parser.isOverthinking());
    assertEquals(Signal.NONE, read(parser, "</think>"));
    assertEquals(Signal.CALL, read(parser, "<call>y</call>"));
    assertEquals("y", parser.content());
  }

  @Test
  void shouldRefuseRulesThatCannotWork() {
    assertThrows(IllegalArgumentException.class, () -> stops(false, ""));
    assertThrows(IllegalArgumentException.class, () -> lines("a\nb"));
    assertThrows(
        IllegalArgumentException.class, () -> new TurnRules.Thinking("<t>", "</t>", 5, "stop"));
    assertThrows(IllegalArgumentException.class, () -> new TurnRules.Thinking("<t>", "", 0, ""));
  }
}
