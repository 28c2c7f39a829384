package dev.coppice.decoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.decoder.batch.ForwardBatch;
import dev.coppice.decoder.batch.Logits;
import dev.coppice.decoder.convert.RandomModel;
import dev.coppice.decoder.files.ModelConfig;
import dev.coppice.decoder.files.ModelDimensions;
import dev.coppice.decoder.files.TensorType;
import dev.coppice.model.LoadedWeights;
import dev.coppice.model.WeightsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two versions of the weights live side by side, and unfit ones are refused by name. */
class DecoderWeightSwapTest {
  private static final ModelConfig CONFIG =
      RandomModel.llama(new ModelDimensions(64, 96, 2, 40, 128), 4, 2, true);
  private static final int[] TOKENS = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9};

  @TempDir Path home;

  private Path model(final long seed) throws IOException {
    final Path folder = home.resolve("model" + seed);
    RandomModel.write(folder, CONFIG, TensorType.F32, seed);
    return folder;
  }

  private static float[] pass(final DecoderBackend backend, final int version, final int block) {
    final ForwardBatch batch = new ForwardBatch();
    batch.policyVersion(version);
    Sequences.add(batch, TOKENS, 0, new int[] {block}, 16);
    final Logits logits = new Logits();
    backend.forward(batch, logits);
    return Arrays.copyOf(logits.values(), TOKENS.length * backend.vocabularySize());
  }

  @ParameterizedTest
  @ValueSource(strings = {"f32", "bf16"})
  void shouldComputeWithEitherOfTwoVersionsBitForBit(final String dtype) throws IOException {
    final DecoderSettings settings = DecoderSettings.defaults().withDtype(dtype);
    final float[] coldOld;
    final float[] coldNew;
    try (DecoderBackend cold = DecoderBackend.open(model(1), settings)) {
      coldOld = Sequences.all(cold, TOKENS, 16, TOKENS.length);
    }
    try (DecoderBackend cold = DecoderBackend.open(model(2), settings)) {
      coldNew = Sequences.all(cold, TOKENS, 16, TOKENS.length);
    }
    try (DecoderBackend backend = DecoderBackend.open(model(1), settings)) {
      backend.startAt(7);
      backend.allocate(2, 16);
      backend.adopt(backend.load(model(2)), 8);

      for (int round = 0; round < 3; round++) {
        assertArrayEquals(coldOld, pass(backend, 7, 0), "round=" + round);
        assertArrayEquals(coldNew, pass(backend, 8, 1), "round=" + round);
      }
      assertArrayEquals(coldNew, pass(backend, ForwardBatch.NEWEST, 1));
      backend.retire(7);
      assertArrayEquals(coldNew, pass(backend, 8, 1));
      assertThrows(IllegalArgumentException.class, () -> pass(backend, 7, 0));
    }
  }

  @Test
  void shouldLoadOnAnotherThreadWhilePassesGoOn() throws Exception {
    try (DecoderBackend backend = DecoderBackend.open(model(1), DecoderSettings.defaults())) {
      backend.allocate(1, 16);
      final float[] before = pass(backend, 0, 0);
      int passes = 0;
      for (int version = 1; version <= 5; version++) {
        final Path folder = model(version + 1);
        final CompletableFuture<LoadedWeights> loading =
            CompletableFuture.supplyAsync(() -> backend.load(folder));
        do {
          assertArrayEquals(before, pass(backend, 0, 0), "version=" + version);
          passes++;
        } while (!loading.isDone());
        backend.adopt(loading.get(20, TimeUnit.SECONDS), version);
        assertFalse(Arrays.equals(before, pass(backend, version, 0)), "version=" + version);
      }
      assertTrue(passes >= 5);
    }
  }

  @Test
  void shouldNameWhatIsWrongWithNewWeights() throws IOException {
    final Path present = model(1);
    Files.writeString(present.resolve("tokenizer.json"), "{\"a\":1}");
    try (DecoderBackend backend = DecoderBackend.open(present, DecoderSettings.defaults())) {
      backend.allocate(1, 16);
      final float[] before = pass(backend, 0, 0);

      refused(backend, home.resolve("nowhere"), "nowhere");
      final Path missing = model(2);
      Files.delete(missing.resolve("model.safetensors"));
      refused(backend, missing, "safetensors");
      final Path torn = model(3);
      final byte[] bytes = Files.readAllBytes(torn.resolve("model.safetensors"));
      Files.write(torn.resolve("model.safetensors"), Arrays.copyOf(bytes, bytes.length / 2));
      refused(backend, torn, "model3");
      final Path vocabulary = home.resolve("vocabulary");
      RandomModel.write(
          vocabulary,
          RandomModel.llama(new ModelDimensions(64, 96, 2, 41, 128), 4, 2, true),
          TensorType.F32,
          4);
      refused(backend, vocabulary, "another model");
      final Path tokenizer = model(5);
      Files.writeString(tokenizer.resolve("tokenizer.json"), "{\"a\":2}");
      refused(backend, tokenizer, "tokenizer.json");

      assertEquals(0, backend.policyVersion());
      assertArrayEquals(before, pass(backend, ForwardBatch.NEWEST, 0));
    }
  }

  private static void refused(final DecoderBackend backend, final Path folder, final String names) {
    final WeightsException refusal =
        assertThrows(WeightsException.class, () -> backend.load(folder));
    assertTrue(refusal.getMessage().contains(names), refusal.getMessage());
    assertTrue(
        refusal.getMessage().contains(folder.getFileName().toString()), refusal.getMessage());
  }
}
