package dev.coppice.proxy.talk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.coppice.environments.replay.ByteTokenizer;
import dev.coppice.trajectory.SamplingSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Reads turns in pieces of any size: what is told must not depend on how it was cut. */
class TurnReaderTest {
  private static final String CALL =
      "<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": 1}}\n</tool_call>";

  private static TalkAsk ask(final boolean tools, final boolean parallel, final String... stops) {
    return new TalkAsk(
        List.of(),
        new TalkAsk.Tools(
            List.of(), tools ? TalkAsk.ToolChoice.AUTO : TalkAsk.ToolChoice.NONE, "", parallel),
        new TalkAsk.Sampling(SamplingSettings.PLAIN, false, OptionalLong.empty()),
        new TalkAsk.Limits(100, List.of(stops)),
        1,
        new TalkAsk.Shape(false, false, false));
  }

  /** What was told of a turn. */
  private record Told(String text, List<String> calls, String stop, boolean ended) {}

  private static Told read(final TalkAsk ask, final String forced, final List<String> pieces) {
    final List<String> calls = new ArrayList<>();
    final StringBuilder text = new StringBuilder();
    final int[] ids = {0};
    final TurnReader reader =
        new TurnReader(
            ask,
            forced,
            () -> "c" + ids[0]++,
            part -> {
              if (part instanceof ReplyPart.Text said) {
                text.append(said.text());
              } else if (part instanceof ReplyPart.Call call) {
                calls.add(call.use().name() + call.use().arguments());
              }
            });
    boolean goesOn = true;
    for (int i = 0; goesOn && i < pieces.size(); i++) {
      goesOn = reader.accept(pieces.get(i));
    }
    reader.finish();
    assertEquals(text.toString(), reader.content());
    assertEquals(calls.size(), reader.calls().size());
    return new Told(text.toString(), calls, reader.stop(), !goesOn);
  }

  private static List<String> bytes(final String text) {
    final ByteTokenizer tokenizer = new ByteTokenizer();
    final List<String> pieces = new ArrayList<>();
    for (final int token : tokenizer.encode(text)) {
      pieces.add(tokenizer.piece(token));
    }
    return pieces;
  }

  @Test
  void shouldTellTheSameHoweverTheTurnIsCut() {
    final String[] parts = {
      "Hello ",
      "<tool",
      "_call>",
      CALL,
      CALL,
      "\n",
      " ",
      "caf\u00e9 \ud83d\ude00",
      "STOP",
      "ST",
      "</tool_call>",
      "<tool_call>no json</tool_call>",
      "x"
    };
    final long base = new SplittableRandom().nextLong();
    for (int i = 0; i < 500; i++) {
      final SplittableRandom random = new SplittableRandom(base + i);
      final StringBuilder text = new StringBuilder();
      for (int part = random.nextInt(6); part >= 0; part--) {
        text.append(parts[random.nextInt(parts.length)]);
      }
      final boolean stops = random.nextBoolean();
      final TalkAsk ask = stops ? ask(true, true, "STOP", "TOP") : ask(true, true);
      final Told byBytes = read(ask, "", bytes(text.toString()));
      final List<String> cut = new ArrayList<>();
      int at = 0;
      while (at < text.length()) {
        int end = Math.min(text.length(), at + 1 + random.nextInt(7));
        end += end < text.length() && Character.isLowSurrogate(text.charAt(end)) ? 1 : 0;
        cut.add(text.substring(at, end));
        at = end;
      }
      final Told byPieces = read(ask, "", cut);
      final String where = "seed=" + (base + i) + " text=" + text;
      // A piece that is longer than what stops leaves the same, and calls behind it are not seen.
      assertEquals(byBytes.text(), byPieces.text(), where);
      assertEquals(byBytes.calls(), byPieces.calls(), where);
      assertEquals(byBytes.ended(), byPieces.ended(), where);
    }
  }

  @Test
  void shouldFindParallelCallsAndKeepTheTextBesideThem() {
    final Told told = read(ask(true, true), "", bytes("I add.\n" + CALL + "\n" + CALL));

    assertEquals("I add.", told.text());
    assertEquals(List.of("add{\"a\":1}", "add{\"a\":1}"), told.calls());
  }

  @Test
  void shouldEndBehindTheFirstCallWhereCallsAreNotParallel() {
    final Told told = read(ask(true, false), "", bytes(CALL + "\n" + CALL));

    assertEquals(1, told.calls().size());
    assertEquals(true, told.ended());
  }

  @Test
  void shouldTellWhatIsNoCallAsText() {
    final String text = "<tool_call>{\"name\": 3}</tool_call>";

    assertEquals(text, read(ask(true, true), "", bytes(text)).text());
    assertEquals(CALL, read(ask(false, true), "", bytes(CALL)).text());
  }

  @Test
  void shouldReadACallThatWasForcedAndOneWithoutItsClosingMark() {
    final String rest = " {\"a\": 2}}";
    final String forced = CallMarks.forced("add");

    assertEquals(List.of("add{\"a\":2}"), read(ask(true, true), forced, bytes(rest)).calls());
    assertEquals(
        List.of("add{\"a\":2}"),
        read(ask(true, true), forced, bytes(rest + "\n</tool_call>")).calls());
  }

  @Test
  void shouldCutAtTheEarliestStopAndTellWhichOne() {
    final Told told = read(ask(false, true, "END", "\n\n"), "", bytes("a b\n\nc END"));

    assertEquals("a b", told.text());
    assertEquals("\n\n", told.stop());
    assertNull(read(ask(false, true, "END"), "", bytes("EN")).stop());
    assertEquals("EN", read(ask(false, true, "END"), "", bytes("EN")).text());
  }
}
