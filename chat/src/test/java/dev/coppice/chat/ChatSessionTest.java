package dev.coppice.chat;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.chat.jinja.RenderLimits;
import dev.coppice.chat.value.TemplateException;
import dev.coppice.model.Tokenizer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChatSessionTest {
  private static final int PAIR = 0x200000;
  private static final String MARKUP =
      "{%- for m in messages %}<{{ m.role }}>{{ m.content|trim }}{% if m.calls %}[{{ m.calls|tojson }}]"
          + "{% endif %}$\n{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}";
  private static final String FORGETFUL =
      "{%- for m in messages %}<{{ m.role }}>{% if m.thought and loop.last %}({{ m.thought }}){% endif"
          + " %}{{ m.content }}$\n{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}";

  /** One token per letter; "$" ends a sequence, and "ab" can also be one token. */
  private static final Tokenizer LETTERS =
      new Tokenizer() {
        @Override
        public int[] encode(final String text) {
          return text.codePoints().toArray();
        }

        @Override
        public String decode(final int[] tokens) {
          final StringBuilder text = new StringBuilder();
          for (final int token : tokens) {
            text.append(piece(token));
          }
          return text.toString();
        }

        @Override
        public String piece(final int token) {
          return token == PAIR ? "ab" : Character.toString(token);
        }

        @Override
        public int beginToken() {
          return -1;
        }

        @Override
        public int endToken() {
          return '$';
        }

        @Override
        public int vocabularySize() {
          return PAIR + 1;
        }

        @Override
        public void close() {}
      };

  @Test
  void shouldKeepSampledTokensAndRenderTheDeltaAlone() {
    final ChatSession session = start(MARKUP);
    final int[] before = session.tokens();
    final int[] sampled = {PAIR, 'c', '$'};

    session.sampled(sampled, Map.of("role", "assistant", "content", "abc"));
    final int[] delta = session.add(List.of(message("tool", "7")));

    assertEquals("<user>go$\n<assistant>", LETTERS.decode(before));
    assertEquals("\n<tool>7$\n<assistant>", LETTERS.decode(delta));
    final int[] after = session.tokens();
    assertEquals(before.length + 3 + delta.length, after.length);
    assertEquals(PAIR, after[before.length], "what was sampled was tokenised again");
  }

  @Test
  void shouldCloseATurnThatWasCutBeforeItsEnd() {
    final ChatSession session = start(MARKUP);

    session.sampled(new int[] {'a'}, message("assistant", "a"));
    final int[] delta = session.add(List.of(message("user", "on")));

    assertEquals("$\n<user>on$\n<assistant>", LETTERS.decode(delta));
  }

  @Test
  void shouldKeepASampledCallThatTheTemplateWouldWriteOtherwise() {
    final ChatSession session = start(MARKUP);
    final int[] sampled = LETTERS.encode("  [ {\"x\":1} ]$");

    session.sampled(
        sampled, Map.of("role", "assistant", "content", "", "calls", List.of(Map.of("x", 1))));
    final int[] delta = session.add(List.of(message("tool", "ok")));

    assertEquals("\n<tool>ok$\n<assistant>", LETTERS.decode(delta));
    final String all = LETTERS.decode(session.tokens());
    assertTrue(all.contains("<assistant>  [ {\"x\":1} ]$\n<tool>"), all);
  }

  @Test
  void shouldRefuseATemplateThatWritesEarlierTurnsAnew() {
    final ChatSession session = start(FORGETFUL);
    session.sampled(
        LETTERS.encode("(hm)yes$"), Map.of("role", "assistant", "content", "yes", "thought", "hm"));
    final int[] before = session.tokens();

    final TemplateException refusal =
        assertThrows(TemplateException.class, () -> session.add(List.of(message("user", "why"))));

    assertTrue(refusal.getMessage().contains("not prefix-preserving"), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("(hm)yes"), refusal.getMessage());
    assertArrayEquals(before, session.tokens());
  }

  private static ChatSession start(final String source) {
    final ChatTemplate template = ChatTemplate.parse(source, Map.of(), RenderLimits.DEFAULT);
    return ChatSession.start(
        template, LETTERS, ChatRequest.prompt(List.of(message("user", "go")), null));
  }

  private static Map<String, Object> message(final String role, final String content) {
    return Map.of("role", role, "content", content);
  }
}
