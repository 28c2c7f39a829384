package dev.coppice.chat.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.chat.files.ModelFileException;
import dev.coppice.fixture.OwnData;
import dev.coppice.fixture.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelTokenizerTest {
  private static final String CHARACTERS =
      """
      {"version":"1.0","truncation":{"direction":"Right","max_length":4,"strategy":"LongestFirst",
        "stride":0},"padding":null,"normalizer":null,"pre_tokenizer":null,
       "post_processor":{"type":"TemplateProcessing",
        "single":[{"SpecialToken":{"id":"<bos>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
        "pair":[],"special_tokens":{"<bos>":{"id":"<bos>","ids":[0],"tokens":["<bos>"]}}},
       "added_tokens":[
        {"id":0,"content":"<bos>","single_word":false,"lstrip":false,"rstrip":false,
         "normalized":false,"special":true},
        {"id":1,"content":"<call>","single_word":false,"lstrip":false,"rstrip":false,
         "normalized":false,"special":true}],
       "decoder":{"type":"Fuse"},
       "model":{"type":"BPE","dropout":null,"unk_token":null,"fuse_unk":false,
        "byte_fallback":false,"merges":[],
        "vocab":{"<bos>":0,"<call>":1,"1":2,"2":3,"+":4," ":5,"\\n":6}}}
      """;

  @TempDir Path folder;

  @Test
  void shouldListTheIdsThatNoTokenHas() throws IOException {
    Files.writeString(
        folder.resolve("tokenizer.json"),
        CHARACTERS.replace("\" \":5,", "\" \":7,").replace("\"\\n\":6", "\"\\n\":9"));

    try (ModelTokenizer tokenizer = ModelTokenizer.open(folder)) {
      assertEquals(10, tokenizer.vocabularySize());
      assertEquals(List.of(5, 6, 8), tokenizer.holes());
    }
  }

  @Test
  void shouldKeepGuardedTextText() throws IOException {
    final String letters = "\"<\":7,\"c\":8,\"a\":9,\"l\":10,\">\":11,\"1\":2";
    Files.writeString(folder.resolve("tokenizer.json"), CHARACTERS.replace("\"1\":2", letters));
    try (ModelTokenizer tokenizer = ModelTokenizer.open(folder)) {
      final String text = "1<call>2<call>";
      assertArrayEquals(new int[] {2, 1, 3, 1}, tokenizer.encode(text), "ours may write them");
      final String guarded = "<call>" + tokenizer.guard(text) + "<call>";
      final int[] spelt = {7, 8, 9, 10, 10, 11};
      final int[] expected = {1, 2, 7, 8, 9, 10, 10, 11, 3, 7, 8, 9, 10, 10, 11, 1};
      assertArrayEquals(expected, tokenizer.encode(guarded));
      assertArrayEquals(spelt, tokenizer.encode(tokenizer.guard("<call>")));
      assertEquals("1+2", tokenizer.guard("1+2"));
    }
  }

  @Test
  void shouldAddNothingCutNothingAndKnowSpecialTokensInTheText() throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), CHARACTERS);
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"bos_token\":{\"content\":\"<bos>\"},\"model_max_length\":3}");
    Files.writeString(folder.resolve("config.json"), "{\"eos_token_id\":[6,1]}");
    final String text = "<bos>1+2\n<call>1 1 ";

    try (ModelTokenizer tokenizer = ModelTokenizer.open(folder)) {
      final int[] tokens = tokenizer.encode(text);

      assertArrayEquals(new int[] {0, 2, 4, 3, 6, 1, 2, 5, 2, 5}, tokens);
      assertEquals(text, tokenizer.decode(tokens));
      assertArrayEquals(new int[0], tokenizer.encode(""));
      assertEquals("<call>", tokenizer.piece(1));
      assertEquals(" ", tokenizer.piece(5));
      assertEquals(0, tokenizer.beginToken());
      assertEquals(6, tokenizer.endToken());
      assertEquals(7, tokenizer.vocabularySize());
      assertEquals("", tokenizer.piece(7), "the logits of a padded model reach beyond");
      assertEquals("", tokenizer.piece(-1));
      assertEquals("1", tokenizer.decode(new int[] {2, 7}));
    }
  }

  /** {@code own_tokenizer.py} trained the vocabulary and encoded the samples by itself. */
  @Test
  void shouldEncodeAsTheTrainerOfOurOwnVocabularyDoes() throws IOException {
    final Path own = OwnData.find(ModelTokenizer.class, "own");
    final List<String> samples = Files.readAllLines(own.resolve("samples.jsonl"));

    assertEquals(7, samples.size());
    try (ModelTokenizer tokenizer = ModelTokenizer.open(own)) {
      assertEquals(417, tokenizer.vocabularySize());
      assertEquals(416, tokenizer.endToken());
      for (final String sample : samples) {
        final JsonNode row = new ObjectMapper().readTree(sample);
        final String text = row.path("text").asText();
        final int[] tokens = new ObjectMapper().convertValue(row.path("tokens"), int[].class);
        assertArrayEquals(tokens, tokenizer.encode(text), text);
        assertEquals(text, tokenizer.decode(tokens));
      }
    }
  }

  @Test
  void shouldSurviveTheRoundTripOfGpt2() throws IOException {
    final Path data = SharedData.find("data/tokenizers/gpt2");
    final SplittableRandom random = new SplittableRandom(5);

    try (ModelTokenizer tokenizer = ModelTokenizer.open(data)) {
      for (int round = 0; round < 200; round++) {
        final StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(60); i >= 0; i--) {
          text.appendCodePoint(
              random.nextInt(4) == 0 ? random.nextInt(0x4E00, 0x9FFF) : random.nextInt(32, 127));
        }
        final int[] tokens = tokenizer.encode(text.toString());
        assertEquals(text.toString(), tokenizer.decode(tokens), "seed=5 round=" + round);
      }
      final StringBuilder long512 = new StringBuilder();
      for (int i = 0; i < 2000; i++) {
        long512.append(" word");
      }
      assertEquals(2000, tokenizer.encode(long512.toString()).length);
      assertEquals(50257, tokenizer.vocabularySize());
      final int[] sentence = tokenizer.encode("Hello there, you");
      final StringBuilder pieces = new StringBuilder();
      for (final int token : sentence) {
        pieces.append(tokenizer.piece(token));
      }
      assertEquals("Hello there, you", pieces.toString());
    }
  }

  @Test
  void shouldNameADefectiveFile() throws IOException {
    assertTrue(message().contains("no such file"), message());
    Files.writeString(folder.resolve("tokenizer.json"), "{\"model\":{\"vocab\":{\"a\":0}}}");
    assertTrue(message().contains("not a usable tokenizer"), message());
  }

  private String message() {
    return assertThrows(ModelFileException.class, () -> ModelTokenizer.open(folder)).getMessage();
  }
}
