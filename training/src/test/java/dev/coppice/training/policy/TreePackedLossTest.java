package dev.coppice.training.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.coppice.training.supervised.LlamaWeights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreePackedLossTest {
  private static final long SEED = 11;

  @TempDir static Path folder;

  @BeforeAll
  static void writePolicy() throws IOException {
    TinyPolicyFolder.write(folder, SEED);
  }

  @Test
  void shouldGiveTheFlatLossAndGradientWhenEveryLeafHasItsOwnAdvantage() {
    shouldEqualFlat(false, 0);
  }

  @Test
  void shouldComputeWhatAllPromptsBeginWithOnce() {
    final List<PolicyTree> trees = shouldEqualFlat(true, 9);
    final int tokens = trees.stream().mapToInt(PolicyTree::tokenCount).sum();
    assertEquals(tokens - 9 * (trees.size() - 1), new StripPlan(trees).rows());
  }

  @Test
  void shouldGiveTheFlatLossAndGradientWhenEveryNodeHasItsOwnAdvantage() {
    shouldEqualFlat(true, 0);
  }

  /** Compares 20 batches of trees that begin alike for some tokens, and returns the last. */
  private static List<PolicyTree> shouldEqualFlat(final boolean own, final int opening) {
    final RandomPolicyTrees trees =
        new RandomPolicyTrees(SEED, TinyPolicyFolder.VOCABULARY).opening(opening);
    final List<PolicyTree> last = new ArrayList<>();
    try (PolicyTrainer trainer = PolicyTrainer.open(folder, PolicySettings.DEFAULT)) {
      for (int round = 0; round < 20; round++) {
        final List<PolicyTree> packed = new ArrayList<>();
        final List<PolicyTree> rows = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          final RandomPolicyTrees.Both both = trees.next(own);
          packed.add(both.tree());
          rows.addAll(both.rows());
        }
        final double treeLoss = trainer.backward(trainer.passes(packed), new ArrayList<>()).loss;
        final float[] treeGradient = takeGradient(trainer.weights());
        final double flatLoss = flatBackward(trainer.weights(), rows);
        final float[] flatGradient = takeGradient(trainer.weights());

        final String where = "round=" + round + " seed=" + SEED;
        assertEquals(flatLoss, treeLoss, 1e-5, where);
        double norm = 0;
        for (int i = 0; i < treeGradient.length; i++) {
          assertEquals(flatGradient[i], treeGradient[i], 1e-5, where + " cell=" + i);
          norm = Math.max(norm, Math.abs(flatGradient[i]));
        }
        assertTrue(norm > 1e-3, "no gradient to compare: " + where);
        last.clear();
        last.addAll(packed);
      }
    }
    return last;
  }

  /** Adds the gradient of the plain flat loss: rows side by side, one causal mask, no sharing. */
  private static double flatBackward(final LlamaWeights weights, final List<PolicyTree> rows) {
    try (NDManager manager = NDManager.newBaseManager();
        GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      final NDArray loss = FlatLoss.of(manager, weights, rows, PolicySettings.DEFAULT);
      collector.backward(loss);
      return loss.getFloat();
    }
  }

  private static float[] takeGradient(final LlamaWeights weights) {
    final List<Float> all = new ArrayList<>();
    for (final NDArray weight : weights.all()) {
      final NDArray gradient = weight.getGradient();
      for (final float value : gradient.toFloatArray()) {
        all.add(value);
      }
      gradient.muli(0);
    }
    final float[] flat = new float[all.size()];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = all.get(i);
    }
    return flat;
  }
}
