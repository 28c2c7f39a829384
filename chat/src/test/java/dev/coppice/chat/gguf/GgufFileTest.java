package dev.coppice.chat.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.chat.files.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damages GGUF files in every way: each is read, or refused with its defect; nothing else happens. */
class GgufFileTest {
  private static final int FLIPS = 4_000;

  @TempDir Path folder;

  private static GgufBytes good() {
    return new GgufBytes()
        .put("general.architecture", "llama")
        .put("llama.block_count", 2)
        .put("tokenizer.ggml.model", "gpt2")
        .put("tokenizer.ggml.pre", "smollm")
        .put("tokenizer.ggml.add_bos_token", false)
        .put("llama.rope.freq_base", 1e5f)
        .texts("tokenizer.ggml.tokens", List.of("a", "b", "ab", "<end>"))
        .texts("tokenizer.ggml.merges", List.of("a b"))
        .wholes("tokenizer.ggml.token_type", 1, 1, 1, 3)
        .put("tokenizer.ggml.eos_token_id", 3)
        .tensor("token_embd.weight", 0, 4 * 8 * 4, 8, 4)
        .tensor("blk.0.ffn_up.weight", 12, 144 * 2, 256, 2)
        .tensor("output_norm.weight", 1, 16, 8);
  }

  private Path file(final byte[] bytes) throws IOException {
    return Files.write(folder.resolve("model.gguf"), bytes);
  }

  private void assertRefused(final byte[] bytes, final String... parts) throws IOException {
    final Path file = file(bytes);
    final var e = assertThrows(ModelFileException.class, () -> GgufFile.open(file).close());
    for (final String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
    assertEquals("model-file-unusable", e.errorCode().name());
  }

  @Test
  void shouldReadMetadataAndPlacesOfTensors() throws IOException {
    try (GgufFile file = GgufFile.open(file(good().bytes()))) {
      assertEquals(2, file.metadata().whole("llama.block_count", 0));
      assertEquals(1e5, file.metadata().number("llama.rope.freq_base", 0));
      assertEquals(
          List.of("a", "b", "ab", "<end>"), file.metadata().texts("tokenizer.ggml.tokens"));
      final GgufTensor tensor = file.tensors().get("blk.0.ffn_up.weight");
      assertEquals(
          new GgufTensor("blk.0.ffn_up.weight", GgufType.Q4_K, List.of(2L, 256L), 128, 288),
          tensor);
      assertEquals(144, tensor.rowBytes());
      assertEquals(288, file.bytes(tensor).byteSize());
    }
  }

  @Test
  void shouldRefuseEveryTruncation() throws IOException {
    final byte[] good = good().bytes();
    for (int length = 0; length < good.length - 16; length++) {
      assertRefused(Arrays.copyOf(good, length));
    }
  }

  @Test
  void shouldReadOrRefuseWhateverIsFlipped() throws IOException {
    final long seed = System.nanoTime();
    final Random random = new Random(seed);
    final byte[] good = good().bytes();
    int refused = 0;
    for (int i = 0; i < FLIPS; i++) {
      final byte[] bytes = good.clone();
      for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
        final int at = random.nextInt(bytes.length);
        bytes[at] = (byte) (random.nextBoolean() ? bytes[at] ^ 1 << random.nextInt(8) : -1);
      }
      try {
        GgufDocuments.read(file(bytes));
      } catch (ModelFileException e) {
        refused++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed=" + seed + " i=" + i, e);
      }
    }
    assertTrue(refused > FLIPS / 4 && refused < FLIPS, "seed=" + seed + " refused=" + refused);
  }

  @Test
  void shouldRefuseAnotherFormatOrVersion() throws IOException {
    assertRefused("PK\u0003\u0004 a zip".getBytes(), "is no GGUF file");
    assertRefused(new byte[0], "is no GGUF file");
    assertRefused(good().bytes(1, 3, 10), "version 1 is not read");
    assertRefused(good().bytes(4, 3, 10), "version 4 is not read");
    assertRefused(good().bytes(3 << 24, 3, 10), "big-endian");
    assertRefused(good().put("split.count", 4).bytes(), "one of 4 parts");
  }

  @Test
  void shouldRefuseCountsAndLengthsBeyondTheFile() throws IOException {
    assertRefused(
        good().bytes(3, Long.MAX_VALUE, 10), "the number of tensors is 9223372036854775807");
    assertRefused(good().bytes(3, 3, 1L << 40), "the number of metadata entries is 1099511627776");
    assertRefused(good().bytes(3, -1, 10), "the number of tensors is 18446744073709551615");
    final byte[] far = {-1, -1, -1, -1, -1, -1, -1, 0x7f};
    assertRefused(good().raw("long", 8, far).bytes(), "the length of long is 9223372036854775807");
    final byte[] many = {8, 0, 0, 0, -1, -1, -1, -1, 0, 0, 0, 0};
    assertRefused(good().raw("many", 9, many).bytes(), "the number of values of many");
    assertRefused(good().raw("odd", 13).bytes(), "metadata odd has type 13");
    assertRefused(good().raw("nested", 9, new byte[] {9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}).bytes());
    assertRefused(good().raw("flag", 7, (byte) 2).bytes(), "metadata flag is neither");
    assertRefused(good().put("llama.block_count", 3).bytes(), "llama.block_count is there twice");
  }

  @Test
  void shouldRefuseTensorsThatDoNotFit() throws IOException {
    assertRefused(good().tensor("w", 21, 110, 256).bytes(), "tensor w is of type IQ3_S", "Q6_K");
    assertRefused(good().tensor("w", 4711, 136, 256).bytes(), "tensor w is of type number 4711");
    assertRefused(good().tensor("w", 12, 144, 128, 2).bytes(), "tensor w", "shape");
    assertRefused(good().tensor("w", 2, 18, 48).bytes(), "not whole blocks of Q4_0");
    assertRefused(good().tensor("w", 0, 0, 0, 4).bytes(), "tensor w", "[4, 0]");
    assertRefused(good().tensor("w", 0, 0, 1L << 33, 1L << 33).bytes(), "tensor w", "can hold");
    assertRefused(good().tensor("w", 0, 0, 1, 1, 1, 1, 1).bytes(), "tensor w has 5 dimensions");
    assertRefused(good().tensorAt("w", 0, 448, 64).bytes(), "truncated: tensor w");
    assertRefused(good().tensorAt("w", 0, 64, 8).bytes(), "overlapping");
    assertRefused(good().tensorAt("w", 0, 3, 8).bytes(), "no multiple of the alignment 32");
    assertRefused(good().tensorAt("w", 0, -32, 8).bytes(), "tensor w");
    assertRefused(good().tensor("output_norm.weight", 0, 4, 1).bytes(), "is there twice");
    assertRefused(good().put("general.alignment", 48).bytes(), "general.alignment 48");
    assertRefused(good().put("general.alignment", 0).bytes(), "general.alignment 0");
  }

  @Test
  void shouldRefuseATokenizerThatIsNotSupported() throws IOException {
    assertTokenizer(new GgufBytes().put("a", 1), "tokenizer.ggml.tokens is missing");
    assertTokenizer(tokenizer("bert", "smollm"), "tokenizer.ggml.model 'bert'", "gpt2", "llama");
    assertTokenizer(
        tokenizer("gpt2", "gpt-4o"), "pre 'gpt-4o' is not supported", "qwen2", "smollm");
    assertTokenizer(
        new GgufBytes()
            .put("tokenizer.ggml.model", "gpt2")
            .texts("tokenizer.ggml.tokens", List.of("a"))
            .wholes("tokenizer.ggml.token_type", 1),
        "tokenizer.ggml.pre is missing");
    assertTokenizer(
        tokenizer("gpt2", "smollm").put("tokenizer.ggml.bos_token_id", 9), "bos_token_id 9 is no");
    assertTokenizer(
        new GgufBytes()
            .texts("tokenizer.ggml.tokens", List.of("a", "a"))
            .wholes("tokenizer.ggml.token_type", 1, 1),
        "'a' twice, as 0 and 1");
  }

  private static GgufBytes tokenizer(final String model, final String pre) {
    return new GgufBytes()
        .put("tokenizer.ggml.model", model)
        .put("tokenizer.ggml.pre", pre)
        .texts("tokenizer.ggml.tokens", List.of("a", "b", "ab"))
        .texts("tokenizer.ggml.merges", List.of("a b"))
        .wholes("tokenizer.ggml.token_type", 1, 1, 1);
  }

  private void assertTokenizer(final GgufBytes file, final String... parts) throws IOException {
    final Path path = file(file.bytes());
    final var e = assertThrows(ModelFileException.class, () -> GgufDocuments.read(path));
    for (final String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
  }
}
