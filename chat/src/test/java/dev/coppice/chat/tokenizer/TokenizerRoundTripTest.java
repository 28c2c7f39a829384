package dev.coppice.chat.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.episode.ActionParser;
import dev.coppice.episode.Dialect;
import dev.coppice.fixture.OwnData;
import dev.coppice.fixture.SharedData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Encodes and decodes random text with GPT-2's tokenizer and with generated ones. */
class TokenizerRoundTripTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String[] SPECIALS = {"<|im_start|>", "<|im_end|>", "<call>", "</call>"};

  @TempDir Path folder;

  @Test
  void shouldReturnRandomTextThroughGpt2() {
    roundTrips(SharedData.find("data/tokenizers/gpt2"), 11, new String[] {"<|endoftext|>"});
  }

  @Test
  void shouldReturnRandomTextThroughAVocabularyTrainedOnOurOwnText() {
    roundTrips(OwnData.find(ModelTokenizer.class, "own"), 14, new String[] {"<|endoftext|>"});
  }

  @Test
  void shouldReturnRandomTextThroughAByteLevelVocabularyWithSpecialTokens() throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), byteLevel(new SplittableRandom(3)));

    roundTrips(folder, 12, SPECIALS);
  }

  @Test
  void shouldReturnRandomTextThroughByteFallback() throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), byteFallback());

    roundTrips(folder, 13, SPECIALS);
  }

  private static void roundTrips(final Path model, final int seed, final String[] specials) {
    final SplittableRandom random = new SplittableRandom(seed);
    try (ModelTokenizer tokenizer = ModelTokenizer.open(model)) {
      for (int round = 0; round < 300; round++) {
        final String text = text(random, specials);
        final int[] tokens = tokenizer.encode(text);
        assertEquals(text, tokenizer.decode(tokens), "seed=" + seed + " round=" + round);
        callRoundTrips(tokenizer, text.replace("call>", "").replace("<", ""), round);
      }
    }
  }

  /** Puts a text into a call and parses it back token by token, with a fork at every token. */
  private static void callRoundTrips(
      final ModelTokenizer tokenizer, final String inside, final int round) {
    ActionParser parser = new ActionParser(Dialect.TAGS);
    ActionParser.Signal last = ActionParser.Signal.NONE;
    for (final int token : tokenizer.encode("x<call>" + inside + "</call>")) {
      parser = parser.fork();
      last = parser.accept(tokenizer.piece(token));
    }
    assertEquals(ActionParser.Signal.CALL, last, "round=" + round + " text=" + inside);
    assertEquals(inside, parser.content(), "round=" + round);
  }

  /** Draws text of ASCII, accents, Chinese, emoji, combining characters and special tokens. */
  private static String text(final SplittableRandom random, final String[] specials) {
    final StringBuilder text = new StringBuilder("x");
    final int length = random.nextInt(40);
    for (int i = 0; i < length; i++) {
      switch (random.nextInt(8)) {
        case 0 -> text.appendCodePoint(0xa1 + random.nextInt(0x400));
        case 1 -> text.appendCodePoint(0x4e00 + random.nextInt(0x5000));
        case 2 -> text.appendCodePoint(0x1f300 + random.nextInt(0x300));
        case 3 -> text.append(specials[random.nextInt(specials.length)]);
        case 4 -> text.append(random.nextBoolean() ? "\n" : " \t");
        default -> text.append((char) (' ' + random.nextInt(95)));
      }
    }
    return text.toString();
  }

  private static String byteLevel(final SplittableRandom random) {
    final ObjectNode root = root();
    root.putObject("pre_tokenizer")
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", true)
        .put("use_regex", true);
    root.putObject("decoder")
        .put("type", "ByteLevel")
        .put("add_prefix_space", true)
        .put("trim_offsets", true)
        .put("use_regex", true);
    final ObjectNode model = model(root, false);
    final ObjectNode vocabulary = model.putObject("vocab");
    final String[] letters = new String[256];
    int next = 256;
    for (int b = 0; b < 256; b++) {
      final boolean shown = b >= '!' && b <= '~' || b >= 0xa1 && b <= 0xac || b >= 0xae;
      letters[b] = Character.toString(shown ? b : next++);
      vocabulary.put(letters[b], vocabulary.size());
    }
    final ArrayNode merges = model.putArray("merges");
    for (int i = 0; i < 200; i++) {
      final String left = letters[random.nextInt(256)];
      final String right = letters[random.nextInt(256)];
      if (!vocabulary.has(left + right)) {
        vocabulary.put(left + right, vocabulary.size());
        merges.add(JSON.createArrayNode().add(left).add(right));
      }
    }
    specials(root, vocabulary.size());
    return root.toString();
  }

  private static String byteFallback() {
    final ObjectNode root = root();
    final ArrayNode steps = root.putObject("decoder").put("type", "Sequence").putArray("decoders");
    steps.addObject().put("type", "ByteFallback");
    steps.addObject().put("type", "Fuse");
    final ObjectNode model = model(root, true);
    final ObjectNode vocabulary = model.putObject("vocab");
    for (int b = 0; b < 256; b++) {
      vocabulary.put("<0x%02X>".formatted(b), vocabulary.size());
    }
    for (char letter = 'a'; letter <= 'z'; letter++) {
      vocabulary.put(String.valueOf(letter), vocabulary.size());
    }
    model.putArray("merges");
    specials(root, vocabulary.size());
    return root.toString();
  }

  private static ObjectNode root() {
    return JSON.createObjectNode()
        .put("version", "1.0")
        .putNull("truncation")
        .putNull("padding")
        .putNull("normalizer")
        .putNull("pre_tokenizer")
        .putNull("post_processor");
  }

  private static ObjectNode model(final ObjectNode root, final boolean fallback) {
    return root.putObject("model")
        .put("type", "BPE")
        .putNull("dropout")
        .putNull("unk_token")
        .put("fuse_unk", false)
        .put("byte_fallback", fallback);
  }

  private static void specials(final ObjectNode root, final int first) {
    final ArrayNode added = root.putArray("added_tokens");
    for (final String special : SPECIALS) {
      added
          .addObject()
          .put("id", first + added.size() - 1)
          .put("content", special)
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
    }
  }

  @Test
  void shouldTellTheBytesOfASplitLetter() throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), byteFallback());

    try (ModelTokenizer tokenizer = ModelTokenizer.open(folder)) {
      final int[] tokens = tokenizer.encode("\u20ac");
      final byte[] bytes = "\u20ac".getBytes(StandardCharsets.UTF_8);

      assertEquals(3, tokens.length);
      for (int i = 0; i < 3; i++) {
        assertEquals(0xdc00 + (bytes[i] & 0xff), tokenizer.piece(tokens[i]).charAt(0));
      }
      assertTrue(tokenizer.piece(tokenizer.encode("a")[0]).equals("a"));
    }
  }
}
