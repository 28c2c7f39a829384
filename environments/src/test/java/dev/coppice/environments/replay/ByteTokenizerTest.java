package dev.coppice.environments.replay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.episode.ActionParser;
import dev.coppice.episode.Dialect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ByteTokenizerTest {
  private final ByteTokenizer tokenizer = new ByteTokenizer();

  @Test
  void shouldEncodeBytesAndSpecialTokens() {
    assertArrayEquals(
        new int[] {256, '<', '<', '1', '<', 257, 0xE2, 0x80, 0x99, '<'},
        tokenizer.encode("<bos><<1<<eos>\u2019<"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "<bos>a < b <eos>", "<bos", "\u2019s 三 𝟙", "<<<<>>>>"})
  void shouldGiveTheTextBackWhenItIsEncodedAndDecoded(final String text) {
    assertEquals(text, tokenizer.decode(tokenizer.encode(text)));
  }

  @Test
  void shouldSpellPiecesAsFarAsOneTokenCanSay() {
    assertEquals("a", tokenizer.piece('a'));
    assertEquals("\udce2", tokenizer.piece(0xE2));
    assertEquals("<bos>", tokenizer.piece(tokenizer.beginToken()));
    assertEquals("<eos>", tokenizer.piece(tokenizer.endToken()));
    assertEquals("", tokenizer.piece(tokenizer.vocabularySize()));
  }

  @Test
  void shouldLetAParserFindLettersOfSeveralBytesInAnswers() {
    final ActionParser parser = new ActionParser(Dialect.TAGS);
    ActionParser.Signal last = ActionParser.Signal.NONE;

    for (final int token : tokenizer.encode("<answer>Köln, 三 𝟙</answer>")) {
      last = parser.accept(tokenizer.piece(token));
    }

    assertEquals(ActionParser.Signal.ANSWER, last);
    assertEquals("Köln, 三 𝟙", parser.content());
  }
}
