package dev.coppice.decoder.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.chat.files.ModelFileException;
import dev.coppice.chat.tokenizer.ModelTokenizer;
import dev.coppice.decoder.DecoderBackend;
import dev.coppice.decoder.DecoderSettings;
import dev.coppice.decoder.sequence.Scorer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares converted random checkpoints with llama2.c's own arithmetic, written out here. */
class Llama2cConverterTest {
  private static final int DIM = 12;
  private static final int HIDDEN = 20;
  private static final int LAYERS = 2;
  private static final int HEADS = 3;
  private static final int KV_HEADS = 1;
  private static final int CONTEXT = 24;
  private static final int HEAD = DIM / HEADS;
  private static final String[] WORDS = {" ", "a", "b", "c", "ab", " a", "abc", "é", " ab"};
  private static final int VOCABULARY = 259 + WORDS.length;

  @TempDir Path folder;

  private Path checkpoint(final boolean shared, final int cut) throws IOException {
    final int layer = 2 * DIM + 2 * DIM * DIM + 2 * KV_HEADS * HEAD * DIM + 3 * HIDDEN * DIM;
    final int floats = VOCABULARY * DIM * (shared ? 1 : 2) + LAYERS * layer + DIM + CONTEXT * HEAD;
    final ByteBuffer bytes = ByteBuffer.allocate(28 + 4 * floats).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(DIM).putInt(HIDDEN).putInt(LAYERS).putInt(HEADS).putInt(KV_HEADS);
    bytes.putInt(shared ? VOCABULARY : -VOCABULARY).putInt(CONTEXT);
    final SplittableRandom random = new SplittableRandom(4);
    while (bytes.hasRemaining()) {
      bytes.putFloat((float) random.nextGaussian() * 0.5f);
    }
    final Path file = folder.resolve("model.bin");
    return Files.write(file, Arrays.copyOf(bytes.array(), bytes.capacity() - cut));
  }

  private Path tokenizer(final int cut) throws IOException {
    final ByteBuffer bytes = ByteBuffer.allocate(9000).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(7);
    for (int i = 0; i < VOCABULARY; i++) {
      final String text =
          i < 3 ? "special" : i < 259 ? "<0x%02X>".formatted(i - 3) : WORDS[i - 259];
      final byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      bytes.putFloat(i < 259 ? 0 : 259 - i).putInt(utf8.length).put(utf8);
    }
    final Path file = folder.resolve("tok.bin");
    return Files.write(file, Arrays.copyOf(bytes.array(), bytes.position() - cut));
  }

  @Test
  void shouldScoreAsLlama2cWouldWithASharedAndWithAnOwnClassifier() throws IOException {
    final int[] tokens = {1, 260, 5, 264, 261, 200, 260, 3, 266, 1, 40, 259};
    for (final boolean shared : new boolean[] {true, false}) {
      final Path file = checkpoint(shared, 0);
      final Path out = folder.resolve("shared-" + shared);
      Llama2cConverter.convert(file, tokenizer(0), out);

      try (DecoderBackend backend = DecoderBackend.open(out, DecoderSettings.defaults())) {
        final double[] scores = Scorer.score(backend, tokens, 0).logprobs();

        final double[] expected = new Llama2cReference(Files.readAllBytes(file)).logprobs(tokens);
        for (int i = 1; i < tokens.length; i++) {
          assertEquals(expected[i], scores[i], 1e-4, "shared=" + shared + " position " + i);
        }
      }
    }
  }

  @Test
  void shouldMergeTheBestScoreFirstAndFallBackToBytes() throws IOException {
    Llama2cConverter.convert(checkpoint(true, 0), tokenizer(0), folder.resolve("out"));

    try (ModelTokenizer tokens = ModelTokenizer.open(folder.resolve("out"))) {
      // " abc": "ab" has the best score, then " " is left before "ab": "abc" beats " ab".
      assertArrayEquals(new int[] {259, 265}, tokens.encode("abc"));
      assertArrayEquals(new int[] {267, 261}, tokens.encode("abb"));
      assertArrayEquals(new int[] {259, 3 + 'z', 266}, tokens.encode("zé"));
      assertEquals("zé abc\n", tokens.decode(tokens.encode("zé abc\n")));
      assertArrayEquals(new int[] {1}, tokens.encode("<s>"));
    }
  }

  @Test
  void shouldNameWhatIsWrongWithAFile() throws IOException {
    assertRefused(checkpoint(true, 4), tokenizer(0), "the file holds");
    assertRefused(checkpoint(true, 0), tokenizer(3), "truncated");
    assertRefused(folder.resolve("absent.bin"), tokenizer(0), "no such file");
    final Path tiny = Files.write(folder.resolve("tiny.bin"), new byte[3]);
    assertRefused(tiny, tokenizer(0), "truncated");
    final byte[] later = new byte[256];
    ByteBuffer.wrap(later).order(ByteOrder.LITTLE_ENDIAN).putInt(0x616b3432).putInt(1);
    final Path version1 = Files.write(folder.resolve("v1.bin"), later);
    assertRefused(version1, tokenizer(0), "only version 0");
    final Path zeros = Files.write(folder.resolve("zeros.bin"), new byte[256]);
    assertRefused(zeros, tokenizer(0), "not a llama2.c checkpoint");
  }

  private void assertRefused(final Path checkpoint, final Path tokenizer, final String part) {
    final Path out = folder.resolve("refused");
    final var e =
        assertThrows(
            ModelFileException.class, () -> Llama2cConverter.convert(checkpoint, tokenizer, out));
    assertTrue(e.getMessage().contains(part), e.getMessage());
    assertTrue(Files.notExists(out), "nothing may be written before the files are checked");
  }
}
