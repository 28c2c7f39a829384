package dev.coppice.decoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.decoder.batch.ForwardBatch;
import dev.coppice.decoder.batch.Logits;
import dev.coppice.decoder.convert.RandomModel;
import dev.coppice.decoder.files.AttentionShape;
import dev.coppice.decoder.files.DecoderFamily;
import dev.coppice.decoder.files.ModelConfig;
import dev.coppice.decoder.files.ModelDimensions;
import dev.coppice.decoder.files.RopeSettings;
import dev.coppice.decoder.files.TensorType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecoderExactnessTest {
  private static final int[][] SHAPES = {
    // hidden, heads, kv heads, vocabulary
    {96, 4, 2, 41}, {64, 8, 4, 129}, {72, 3, 1, 57}, {128, 2, 2, 36},
  };

  @TempDir Path folder;

  private DecoderBackend open(final int[] shape, final String dtype, final int slabTokens)
      throws IOException {
    final ModelConfig config =
        RandomModel.llama(
            new ModelDimensions(shape[0], shape[0] * 2 + 10, 3, shape[3], 256),
            shape[1],
            shape[2],
            shape[1] % 2 == 0);
    RandomModel.write(folder, config, TensorType.F32, 7);
    return DecoderBackend.open(folder, new DecoderSettings(1, precision(dtype), "cpu", slabTokens));
  }

  /** Takes the type apart that a test names: weights, then inputs or what is kept. */
  private static Precision precision(final String named) {
    return switch (named) {
      case "f32 f16" -> new Precision("f32", "auto", "f16");
      case "bf16 rounded" -> new Precision("bf16", "rounded", "auto");
      default -> Precision.of(named);
    };
  }

  private static int[] tokens(final int count, final int vocabulary, final long seed) {
    return new SplittableRandom(seed).ints(count, 0, vocabulary).toArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"f32", "bf16", "f32 f16", "bf16 rounded"})
  void shouldGiveTheSameBitsForEveryChunkingAndBlockSize(final String dtype) throws IOException {
    for (final int[] shape : SHAPES) {
      final int[] tokens = tokens(101, shape[3], 3);
      try (DecoderBackend backend = open(shape, dtype, 37)) {
        final float[] once = Sequences.all(backend, tokens, 16, tokens.length);

        for (final int blockTokens : new int[] {1, 5, 16, 17, 32, 128}) {
          for (final int chunk :
              blockTokens == 16 ? new int[] {1, 7, 32, 101} : new int[] {13, 101}) {
            final float[] again = Sequences.all(backend, tokens, blockTokens, chunk);

            assertArrayEquals(
                bits(once),
                bits(again),
                dtype
                    + " shape=%s blockTokens=%d chunk=%d"
                        .formatted(Arrays.toString(shape), blockTokens, chunk));
          }
        }
      }
    }
  }

  /** Opens a random model of any family: biases, norms of queries and keys, heads wider or fewer. */
  private DecoderBackend drawn(final SplittableRandom random, final String dtype)
      throws IOException {
    final DecoderFamily[] families = DecoderFamily.values();
    final DecoderFamily family = families[random.nextInt(families.length)];
    final int kvHeads = random.nextInt(1, 4);
    final int heads = kvHeads * random.nextInt(1, 5);
    final boolean biased = family.alwaysBiased();
    final var attention =
        new AttentionShape(
            heads, kvHeads, 2 * random.nextInt(4, 21), biased, false, family.queryKeyNorm());
    final var dimensions =
        new ModelDimensions(
            random.nextInt(24, 130), random.nextInt(20, 200), 2, random.nextInt(36, 140), 512);
    final var rope = RopeSettings.plain(10000, 512);
    RandomModel.write(
        folder,
        new ModelConfig(family, dimensions, attention, rope, 1e-5f, random.nextBoolean()),
        TensorType.F32,
        7);
    final int threads = random.nextInt(1, 4);
    return DecoderBackend.open(
        folder, new DecoderSettings(threads, precision(dtype), "cpu", random.nextInt(5, 200)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"f32", "bf16", "f32 f16", "bf16 rounded"})
  void shouldGiveTheSameBitsForAPathOfATreeAsForTheSamePathAlone(final String dtype)
      throws IOException {
    for (long seed = 0; seed < 16; seed++) {
      final SplittableRandom random = new SplittableRandom(seed);
      final int blockTokens = new int[] {3, 8, 16, 32}[random.nextInt(4)];
      try (DecoderBackend backend = drawn(random, dtype)) {
        final String label = dtype + " seed=" + seed + " " + backend.config();
        checkTree(backend, random, blockTokens, label);
      }
    }
  }

  /**
   * Grows up to 64 sequences from forks of one another, in batches of random chunks, gives some up so
   * that their blocks are written over, and compares what is left.
   */
  private static void checkTree(
      final DecoderBackend backend,
      final SplittableRandom random,
      final int blockTokens,
      final String label) {
    final int vocabulary = backend.vocabularySize();
    final TreeOfSequences tree = new TreeOfSequences(backend, blockTokens, 2600, random.nextLong());
    final List<TreeOfSequences.Branch> branches = new ArrayList<>();
    branches.add(tree.root());
    final ForwardBatch batch = new ForwardBatch();
    final Logits logits = new Logits();
    for (int pass = 0; pass < 14; pass++) {
      while (pass > 0 && branches.size() < Math.min(64, 1 << pass)) {
        branches.add(tree.fork(branches.get(random.nextInt(branches.size()))));
      }
      batch.clear();
      for (final TreeOfSequences.Branch branch : branches) {
        final int count = pass == 0 ? random.nextInt(1, 60) : random.nextInt(1, 8);
        tree.extend(branch, random.ints(count, 0, vocabulary).toArray(), batch);
      }
      backend.forward(batch, logits);
      tree.collect(branches, batch, logits);
      for (int i = branches.size() / 3; pass % 3 == 2 && i > 0; i--) {
        tree.drop(branches.remove(random.nextInt(branches.size())));
      }
    }
    assertTrue(tree.reused() > 14, label);
    // The comparison takes the pool: what branches hold is not needed any more.
    for (int i = 0; i < 6; i++) {
      final TreeOfSequences.Branch branch = branches.get(random.nextInt(branches.size()));
      final int[] path = branch.tokens();
      final float[] alone = Sequences.all(backend, path, 16, path.length);
      assertArrayEquals(bits(alone), bits(branch.logits()), label + " branch " + i);
      assertTrue(path.length > 14, label);
    }
  }

  static int[] bits(final float[] values) {
    final int[] bits = new int[values.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
    return bits;
  }
}
