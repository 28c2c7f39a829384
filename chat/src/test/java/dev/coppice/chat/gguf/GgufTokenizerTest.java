package dev.coppice.chat.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.chat.ChatRequest;
import dev.coppice.chat.ChatTemplate;
import dev.coppice.chat.tokenizer.ModelTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares tokenizers of GGUF files with encoders that share no code with them. */
class GgufTokenizerTest {
  private static final Path STORED = Path.of("src/test/resources/gguf");

  @ParameterizedTest
  @ValueSource(strings = {"gpt-2", "smollm", "llama-bpe", "qwen2", "tekken", "default", "scored"})
  void shouldEncodeAndDecodeAsTheFamilySays(final String family) throws IOException {
    assertAlike(STORED.resolve(family + ".gguf"), STORED.resolve(family + ".jsonl"));
  }

  @Test
  void shouldEncodeAsTheModelOfAPackageSays() throws IOException {
    final String prepared = System.getenv("COPPICE_SMOLLM2");
    assumeTrue(
        prepared != null,
        "skipped: COPPICE_SMOLLM2 names no folder of make_gguf_tokenizers.py --smollm2 FOLDER");
    final Path model = Path.of(Files.readString(Path.of(prepared, "tokenizer-of.txt")));

    assertAlike(model, Path.of(prepared, "texts.jsonl"));

    try (ModelTokenizer tokenizer = ModelTokenizer.open(model)) {
      assertEquals(-1, tokenizer.beginToken());
      assertEquals(2, tokenizer.endToken());
      final String prompt =
          ChatTemplate.open(model, "default")
              .render(
                  ChatRequest.prompt(List.of(Map.of("role", "user", "content", "Hi 42")), null));
      assertTrue(
          prompt.endsWith("<|im_start|>user\nHi 42<|im_end|>\n<|im_start|>assistant\n"), prompt);
      assertEquals(1, tokenizer.encode(prompt)[0]);
    }
  }

  private static void assertAlike(final Path model, final Path texts) throws IOException {
    int count = 0;
    try (ModelTokenizer tokenizer = ModelTokenizer.open(model)) {
      final ObjectMapper json = new ObjectMapper();
      for (final String line : Files.readAllLines(texts)) {
        final JsonNode expected = json.readTree(line);
        final String text = expected.path("text").asText();
        final int[] ids = tokenizer.encode(text);
        assertEquals(expected.path("ids").toString(), Arrays.toString(ids).replace(" ", ""), line);
        final String back = tokenizer.decode(ids);
        final boolean composed = model.endsWith("qwen2.gguf");
        assertEquals(composed ? Normalizer.normalize(text, Normalizer.Form.NFC) : text, back, line);
        count++;
      }
    }
    assertTrue(count >= 150, "texts=" + count);
  }

  @Test
  void shouldKnowEndsBeginAndPaddingOfTheVocabulary() {
    try (ModelTokenizer plain = ModelTokenizer.open(STORED.resolve("smollm.gguf"));
        ModelTokenizer scored = ModelTokenizer.open(STORED.resolve("scored.gguf"));
        ModelTokenizer begun = ModelTokenizer.open(STORED.resolve("llama-bpe.gguf"))) {
      assertEquals(1, scored.beginToken());
      final int first = plain.encode("<|endoftext|>")[0];
      assertEquals(-1, plain.beginToken());
      assertEquals(begun.encode("<|endoftext|>")[0], begun.beginToken());
      assertTrue(plain.isEnd(first) && plain.isEnd(plain.endToken()));
      assertFalse(plain.isEnd(first + 1));
      assertEquals("<|im_end|>", plain.decode(new int[] {plain.endToken()}));
      assertEquals(first + 4, plain.vocabularySize());
      assertEquals("", plain.piece(plain.vocabularySize()));
      assertTrue(plain.encode("[PAD0]").length > 1);
    }
  }

  @Test
  void shouldBeginAPromptWithThisModelsOwnTokenOrNone() {
    try (ModelTokenizer plain = ModelTokenizer.open(STORED.resolve("smollm.gguf"));
        ModelTokenizer begun = ModelTokenizer.open(STORED.resolve("llama-bpe.gguf"))) {
      assertArrayEquals(plain.encode("Hello 12"), plain.encodePrompt("<bos>Hello 12"));
      assertArrayEquals(begun.encode("<|endoftext|>Hello 12"), begun.encodePrompt("<bos>Hello 12"));
      assertArrayEquals(begun.encode("a<bos>"), begun.encodePrompt("a<bos>"));
    }
  }

  @Test
  void shouldGiveTheTemplateTheSpecialTokens() {
    final ChatTemplate template = ChatTemplate.open(STORED.resolve("smollm.gguf"), "default");
    final List<Map<String, Object>> messages = List.of(Map.of("role", "user", "content", "hi"));

    assertEquals("<|endoftext|>hi", template.render(ChatRequest.prompt(messages, null)));
  }
}
