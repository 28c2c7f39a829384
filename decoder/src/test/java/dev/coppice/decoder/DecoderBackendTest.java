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
import dev.coppice.decoder.files.SafetensorsReader;
import dev.coppice.decoder.files.SafetensorsWriter;
import dev.coppice.decoder.files.TensorType;
import dev.coppice.decoder.sampling.Sampler;
import dev.coppice.decoder.sequence.Generator;
import dev.coppice.decoder.sequence.Scorer;
import dev.coppice.model.SequenceModel;
import dev.coppice.model.WeightsException;
import dev.coppice.trajectory.SamplingSettings;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecoderBackendTest {
  private static final ModelConfig CONFIG =
      RandomModel.llama(new ModelDimensions(64, 96, 2, 40, 128), 4, 2, true);

  @TempDir Path folder;

  private DecoderBackend open(final long seed) throws IOException {
    RandomModel.write(folder, CONFIG, TensorType.F32, seed);
    return DecoderBackend.open(folder, DecoderSettings.defaults());
  }

  @Test
  void shouldAnswerNanForTheRowThatMetNanAndLeaveItsNeighboursAlone() throws IOException {
    RandomModel.write(folder, CONFIG, TensorType.F32, 3);
    poisonEmbedding(7);
    final int[] clean = {1, 2, 3, 4};
    final int[] dirty = {1, 7, 3, 4};
    try (DecoderBackend backend = DecoderBackend.open(folder, DecoderSettings.defaults())) {
      final float[] alone = Sequences.all(backend, clean, 16, 4);
      backend.allocate(3, 16);
      final ForwardBatch batch = new ForwardBatch();
      final Logits logits = new Logits();
      Sequences.add(batch, clean, 0, new int[] {0}, 16);
      Sequences.add(batch, dirty, 0, new int[] {1}, 16);
      Sequences.add(batch, clean, 0, new int[] {2}, 16);

      backend.forward(batch, logits);

      final float[] first = Arrays.copyOfRange(logits.values(), 0, 160);
      final float[] last = Arrays.copyOfRange(logits.values(), 320, 480);
      assertArrayEquals(DecoderExactnessTest.bits(alone), DecoderExactnessTest.bits(first));
      assertArrayEquals(DecoderExactnessTest.bits(alone), DecoderExactnessTest.bits(last));
      assertFalse(Float.isNaN(logits.values()[160]), "before the bad token all is well");
      for (int i = 200; i < 320; i++) {
        assertTrue(Float.isNaN(logits.values()[i]), "logit " + i);
      }
      batch.clear();
      Sequences.add(batch, clean, 0, new int[] {1}, 16);
      backend.forward(batch, logits);
      assertArrayEquals(
          DecoderExactnessTest.bits(alone),
          DecoderExactnessTest.bits(Arrays.copyOf(logits.values(), 160)),
          "a block once held by a bad row");
    }
  }

  /** Rewrites the model, in finite numbers, so that one token's first norm overflows. */
  private void poisonEmbedding(final int token) throws IOException {
    final Path file = folder.resolve("model.safetensors");
    final SafetensorsWriter writer = new SafetensorsWriter();
    try (SafetensorsReader reader = SafetensorsReader.open(file);
        Arena arena = Arena.ofConfined()) {
      for (final String name : reader.names()) {
        final long[] shape = reader.shape(name);
        final MemorySegment values =
            arena.allocate(4 * Arrays.stream(shape).reduce(1, (a, b) -> a * b));
        reader.read(name, values);
        final float[] array = values.toArray(ValueLayout.JAVA_FLOAT);
        if (name.equals("model.embed_tokens.weight")) {
          for (int row = 0; row < array.length; row += 64) {
            array[row] = row == token * 64 ? 1e19f : 0;
          }
        }
        if (name.equals("model.layers.0.input_layernorm.weight")) {
          array[0] = Float.MAX_VALUE;
        }
        writer.add(name, TensorType.F32, array, shape);
      }
      // A head of its own, so that the bad embedding reaches no other row's logits.
      final MemorySegment head = arena.allocate(4 * 40 * 64);
      reader.read("model.embed_tokens.weight", head);
      writer.add("lm_head.weight", TensorType.F32, head.toArray(ValueLayout.JAVA_FLOAT), 40, 64);
    }
    writer.write(file);
    final Path config = folder.resolve("config.json");
    Files.writeString(
        config,
        Files.readString(config)
            .replace("\"tie_word_embeddings\" : true", "\"tie_word_embeddings\" : false"));
  }

  @Test
  void shouldSwapWeightsBetweenPassesAndCountTheVersion() throws IOException {
    final int[] tokens = {3, 1, 4, 1, 5};
    try (DecoderBackend backend = open(1)) {
      final float[] before = Sequences.all(backend, tokens, 16, 5);
      RandomModel.write(folder, CONFIG, TensorType.F32, 2);

      swap(backend);

      final float[] after = Sequences.all(backend, tokens, 16, 5);
      assertEquals(1, backend.policyVersion());
      assertFalse(Arrays.equals(before, after));
      RandomModel.write(folder, CONFIG, TensorType.F32, 1);
      swap(backend);
      assertEquals(2, backend.policyVersion());
      assertArrayEquals(before, Sequences.all(backend, tokens, 16, 5));
    }
  }

  private void swap(final DecoderBackend backend) {
    backend.adopt(backend.load(folder), backend.policyVersion() + 1);
    backend.retire(backend.policyVersion() - 1);
  }

  @Test
  void shouldKeepTheOldWeightsWhereTheNewOnesAreUnfit() throws IOException {
    final int[] tokens = {3, 1, 4};
    try (DecoderBackend backend = open(1)) {
      final float[] before = Sequences.all(backend, tokens, 16, 3);
      Files.write(folder.resolve("model.safetensors"), new byte[20]);
      assertThrows(WeightsException.class, () -> backend.load(folder));
      final ModelConfig other =
          RandomModel.llama(new ModelDimensions(64, 96, 1, 40, 128), 4, 2, true);
      RandomModel.write(folder, other, TensorType.F32, 1);
      assertThrows(WeightsException.class, () -> backend.load(folder));

      assertEquals(0, backend.policyVersion());
      assertArrayEquals(before, Sequences.all(backend, tokens, 16, 3));
    }
  }

  @Test
  void shouldRefuseABatchThatReachesOutsideThePool() throws IOException {
    try (DecoderBackend backend = open(1)) {
      final Logits logits = new Logits();
      final ForwardBatch batch = new ForwardBatch();
      Sequences.add(batch, new int[] {1}, 0, new int[] {0}, 16);
      assertThrows(IllegalStateException.class, () -> backend.forward(batch, logits));
      backend.allocate(2, 4);
      assertRefused(backend, new int[] {1, 40}, 4, "token=40");
      assertRefused(backend, new int[] {1}, 2, "block=2");
      assertRefused(backend, new int[9], 8, "too few blocks");
      assertRefused(backend, new int[129], 1, "end=129 context=128");
    }
  }

  private static void assertRefused(
      final DecoderBackend backend, final int[] tokens, final int blockTokens, final String part) {
    final ForwardBatch batch = new ForwardBatch();
    final int[] blocks = Sequences.identity(200);
    if (part.startsWith("block")) {
      blocks[0] = 2;
    }
    Sequences.add(batch, tokens, 0, blocks, blockTokens);
    final var e =
        assertThrows(IllegalArgumentException.class, () -> backend.forward(batch, new Logits()));
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }

  @Test
  void shouldScoreItsOwnContinuationAsItGeneratedIt() throws IOException {
    try (DecoderBackend backend = open(5)) {
      final var plan =
          new SequenceModel.Plan(30, new SamplingSettings(1.0, 1, 0, 0), 11, token -> false);

      final var out =
          Generator.generate(backend, new Sampler(plan.sampling(), 0), new int[] {1, 9}, plan);
      final int[] all = new int[32];
      System.arraycopy(new int[] {1, 9}, 0, all, 0, 2);
      System.arraycopy(out.tokens(), 0, all, 2, 30);
      final SequenceModel.Scores scores = Scorer.score(backend, all, 1);

      for (int i = 0; i < 30; i++) {
        assertEquals(scores.logprobs()[i + 2], out.logprobs()[i], 1e-6, "token " + i);
      }
      assertArrayEquals(
          out.tokens(),
          Generator.generate(backend, new Sampler(plan.sampling(), 0), new int[] {1, 9}, plan)
              .tokens());
      final var e =
          assertThrows(
              IllegalArgumentException.class, () -> Scorer.score(backend, new int[129], 0));
      assertTrue(e.getMessage().contains("context"), e.getMessage());
      assertTrue(Double.isNaN(scores.logprobs()[0]) && scores.logprobs()[1] < 0);
    }
  }

  /** The log-probability is that of the vocabulary alone, so it lies above the padded model's. */
  @Test
  void shouldContinueWithTokensOfTheVocabularyAlone() throws IOException {
    try (DecoderBackend backend = open(5)) {
      final int vocabulary = 12;
      for (final double temperature : new double[] {0, 1.5}) {
        final SamplingSettings sampling = new SamplingSettings(temperature, 1.0, 0, 0);
        final var plan = new SequenceModel.Plan(60, sampling, 11, token -> false);

        final var out =
            Generator.generate(
                backend, new Sampler(plan.sampling(), vocabulary), new int[] {1, 9}, plan);
        final int[] all =
            IntStream.concat(IntStream.of(1, 9), IntStream.of(out.tokens())).toArray();
        final SequenceModel.Scores scores = Scorer.score(backend, all, 0);

        for (int i = 0; i < 60; i++) {
          final String place = "temperature=" + temperature + " token " + i;
          assertTrue(out.tokens()[i] < vocabulary, place);
          assertTrue(temperature > 0 || out.logprobs()[i] > scores.logprobs()[i + 2] + 0.1, place);
        }
      }
    }
  }

  @Test
  @Tag("slow")
  void shouldHoldItsMemoryOverManyPasses() throws IOException {
    try (DecoderBackend backend = open(5)) {
      backend.allocate(64, 16);
      final ForwardBatch batch = new ForwardBatch();
      final Logits logits = new Logits();
      long settled = 0;
      for (int pass = 0; pass < 100_000; pass++) {
        batch.clear();
        for (int row = 0; row <= pass % 5; row++) {
          Sequences.add(batch, new int[] {1, 2, pass % 40}, 0, new int[] {row}, 16);
        }
        backend.forward(batch, logits);
        if (pass == 20_000) {
          settled = residentBytes();
        }
      }
      final long grown = residentBytes() - settled;
      System.out.printf("resident memory grew by %d KiB over 80,000 passes%n", grown >> 10);
      assertTrue(grown < 40 << 20, "grown=" + grown);
    }
  }

  private static long residentBytes() throws IOException {
    System.gc();
    final String pages = Files.readString(Path.of("/proc/self/statm")).split(" ")[1];
    return Long.parseLong(pages) * 4096;
  }

  @Test
  void shouldRefuseADeviceWithoutNativesBeforeAnyFileIsRead() {
    final DecoderSettings settings = on("cuda:1");

    final IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> DecoderBackend.open(Path.of("there/is/no/such/folder"), settings));

    assertTrue(refusal.getMessage().contains("pytorch-native-cu"), refusal.getMessage());
    assertThrows(IllegalArgumentException.class, () -> on("tpu"));
  }

  private static DecoderSettings on(final String device) {
    return new DecoderSettings(1, Precision.of("f32"), device, 256);
  }
}
