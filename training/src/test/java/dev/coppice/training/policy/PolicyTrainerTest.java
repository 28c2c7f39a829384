package dev.coppice.training.policy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyTrainerTest {
  private static final long SEED = 5;
  private static final double RATE = 1e-3;
  private static final PolicySettings PLAIN = PolicySettings.DEFAULT.with(0, 0);

  @TempDir static Path folder;

  @BeforeAll
  static void writePolicy() throws IOException {
    TinyPolicyFolder.write(folder, SEED);
  }

  @Test
  void shouldMakeATokenLikelierWhenItsAdvantageIsPositiveAndElseLessLikely() {
    final double before = logprob(List.of(), 0);

    assertTrue(logprob(List.of(one(1f, (float) before, null)), 3) > before + 1e-3);
    assertTrue(logprob(List.of(one(-1f, (float) before, null)), 3) < before - 1e-3);
  }

  @Test
  void shouldNotPushARatioThatLiesOutsideTheClipRange() {
    final double before = logprob(List.of(), 0);
    final float muchRarer = (float) (before - 1);
    final float muchLikelier = (float) (before + 1);

    assertEquals(before, logprob(List.of(one(1f, muchRarer, null)), 3), 1e-9);
    assertEquals(before, logprob(List.of(one(-1f, muchLikelier, null)), 3), 1e-9);
    assertTrue(logprob(List.of(one(-1f, muchRarer, null)), 3) < before - 1e-3);
  }

  @Test
  void shouldTrainStaleTokensByTheirAgeUpToTheCap() {
    final double before = logprob(List.of(), 0);
    final boolean[] stale = {true};

    assertEquals(
        2.0,
        loss(one(1f, (float) (before - 5), stale)) / loss(one(1f, (float) before, stale)),
        1e-4,
        "a ratio of e^5 counts as the cap");
    assertEquals(
        Math.exp(-1),
        loss(one(1f, (float) (before + 1), stale)) / loss(one(1f, (float) before, stale)),
        1e-4);
  }

  @Test
  void shouldReportTheMismatchOfTokensThePresentWeightsSampledAlone() {
    final double before = logprob(List.of(), 0);
    try (PolicyTrainer trainer = PolicyTrainer.open(folder, PLAIN)) {
      final PolicyTree fresh = one(1f, (float) before + 0.25f, null);
      final PolicyTree stale = one(1f, (float) before + 9f, new boolean[] {true});
      final UpdateReport report = trainer.update(List.of(fresh, stale), RATE);

      assertEquals(0.25, report.mismatch(), 1e-5);
      assertEquals(1, report.staleTokens());
      assertEquals(2, report.trainedTokens());
    }
  }

  @Test
  void shouldGoOnBitForBitFromWeightsAndOptimizerState(final @TempDir Path checkpoint)
      throws IOException {
    final RandomPolicyTrees trees = new RandomPolicyTrees(SEED, TinyPolicyFolder.VOCABULARY);
    final List<PolicyTree> batch = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      batch.add(trees.next(true).tree());
    }
    float[] straight;
    try (PolicyTrainer trainer = PolicyTrainer.open(folder, PolicySettings.DEFAULT)) {
      trainer.update(batch, RATE);
      PolicyFolder.write(trainer.policy(), folder, checkpoint);
      trainer.optimizerState().write(checkpoint.resolve("optimizer.safetensors"));
      trainer.update(batch, RATE);
      straight = embedding(trainer);
    }
    try (PolicyTrainer trainer = PolicyTrainer.open(checkpoint, PolicySettings.DEFAULT)) {
      trainer.restore(OptimizerState.read(checkpoint.resolve("optimizer.safetensors")));
      trainer.update(batch, RATE);

      assertArrayEquals(straight, embedding(trainer), "seed=" + SEED);
    }
  }

  @Test
  void shouldImitateDemonstrations() {
    final PolicyTree shown =
        new PolicyTree(
            List.of(PolicyNode.demonstration(new int[] {1, 4, 7}, new float[] {0, 0, 1})));
    final double before = logprob(List.of(), 0);

    assertTrue(logprob(List.of(shown), 5) > before + 1e-2);
  }

  @Test
  void shouldTrainARolloutWhoseLastTokenLiesBehindTheContext() {
    final int[] tokens = new int[TinyPolicyFolder.CONTEXT + 1];
    Arrays.setAll(tokens, i -> 3 + i % 7);
    final float[] shown = new float[tokens.length];
    shown[tokens.length - 1] = 1;
    final PolicyTree full = new PolicyTree(List.of(PolicyNode.demonstration(tokens, shown)));
    try (PolicyTrainer trainer = PolicyTrainer.open(folder, PLAIN)) {
      final double first = trainer.update(List.of(full), RATE).loss();

      assertTrue(trainer.update(List.of(full), RATE).loss() < first - 1e-3, "first=" + first);
    }
  }

  @Test
  void shouldStayNearTheStartWhenDivergenceHasAPrice() {
    final double before = logprob(List.of(), 0);
    final PolicyTree tree = one(1f, (float) before, null);
    final double free = moved(tree, PLAIN);
    final double held = moved(tree, PLAIN.with(0, 50));

    assertTrue(held < 0.7 * free, "free=" + free + " held=" + held);
  }

  @Test
  void shouldRefuseATreeThatTrainsItsVeryFirstToken() {
    final PolicyNode root =
        new PolicyNode(
            -1,
            new int[] {1},
            new float[1],
            new PolicyNode.Coefficients(new float[1], new float[1], new float[] {1}, null),
            null);

    assertThrows(IllegalArgumentException.class, () -> new PolicyTree(List.of(root)));
  }

  private static double moved(final PolicyTree tree, final PolicySettings settings) {
    try (PolicyTrainer trainer = PolicyTrainer.open(folder, settings)) {
      final double before = logprob(trainer);
      for (int i = 0; i < 20; i++) {
        trainer.update(List.of(tree), 3e-4);
      }
      return Math.abs(logprob(trainer) - before);
    }
  }

  private static float[] embedding(final PolicyTrainer trainer) {
    return trainer.policy().tensors().getFirst().values();
  }

  private static PolicyTree one(final float advantage, final float sampled, final boolean[] stale) {
    final PolicyNode given = PolicyNode.given(-1, new int[] {1, 4});
    final PolicyNode chosen =
        new PolicyNode(
            0,
            new int[] {7},
            new float[] {sampled},
            new PolicyNode.Coefficients(
                new float[] {Math.max(0, advantage)},
                new float[] {Math.min(0, advantage)},
                new float[] {1},
                null),
            stale);
    return new PolicyTree(List.of(given, chosen));
  }

  private static double loss(final PolicyTree tree) {
    try (PolicyTrainer trainer = PolicyTrainer.open(folder, PLAIN)) {
      return trainer.update(List.of(tree), RATE).loss();
    }
  }

  private static double logprob(final List<PolicyTree> batch, final int updates) {
    try (PolicyTrainer trainer = PolicyTrainer.open(folder, PLAIN)) {
      for (int i = 0; i < updates; i++) {
        trainer.update(batch, RATE);
      }
      return logprob(trainer);
    }
  }

  /** The mismatch with a log-probability of 0 is the log-probability. */
  private static double logprob(final PolicyTrainer trainer) {
    final PolicyTree read = one(0f, 0f, null);
    final List<float[]> bases = new ArrayList<>();
    final double found = -trainer.backward(trainer.passes(List.of(read)), bases).mismatch;
    Arrays.fill(bases.getFirst(), 0);
    return found;
  }
}
