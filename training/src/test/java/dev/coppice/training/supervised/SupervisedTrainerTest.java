package dev.coppice.training.supervised;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.coppice.decoder.files.RopeSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SupervisedTrainerTest {
  private static final long SEED = 3;
  private static final LlamaShape SHAPE =
      new LlamaShape(11, 16, 2, 4, 2, 24, 64, RopeSettings.plain(10_000, 64), 1e-5);

  @Test
  void shouldLearnToCopyWhenTheSecondHalfRepeatsTheFirst() {
    final List<Double> losses = train(150, SEED);

    assertTrue(losses.getFirst() > 2.0, "losses=" + losses + " seed=" + SEED);
    assertTrue(losses.getLast() < 0.5 * losses.getFirst(), "losses=" + losses + " seed=" + SEED);
  }

  @Test
  void shouldRepeatARunExactlyFromItsSeed() {
    assertEquals(train(12, SEED), train(12, SEED));
    assertTrue(!train(12, SEED).equals(train(12, SEED + 1)));
  }

  @Test
  void shouldComputeTheGradientThatFiniteDifferencesShow() {
    try (NDManager manager = NDManager.newBaseManager();
        LlamaWeights weights = new LlamaWeights(SHAPE, manager, SEED)) {
      final LlamaForward forward = new LlamaForward(SHAPE);
      final List<TrainingSequence> sequences = List.of(copying(0), copying(1));
      final NDArray weight = weights.layers().get(0).attention().q();
      final float[] before = weight.toFloatArray();
      float[] gradient;
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        collector.backward(loss(manager, forward, weights, sequences));
        gradient = weight.getGradient().toFloatArray();
      }

      final float step = 2e-2f;
      for (final int cell : new int[] {0, 37, 101, 255}) {
        final float[] moved = before.clone();
        moved[cell] += step;
        weight.set(moved);
        final double above = loss(manager, forward, weights, sequences).getFloat();
        moved[cell] -= 2 * step;
        weight.set(moved);
        final double below = loss(manager, forward, weights, sequences).getFloat();
        weight.set(before);
        assertEquals((above - below) / (2 * step), gradient[cell], 2e-4, "cell=" + cell);
      }
    }
  }

  @Test
  void shouldGiveTheSameLogitsTokenByTokenAsAllAtOnce() {
    try (NDManager manager = NDManager.newBaseManager();
        LlamaWeights weights = new LlamaWeights(SHAPE, manager, SEED);
        LlamaStep step = new LlamaStep(weights, manager, 2, 32)) {
      final List<TrainingSequence> sequences = List.of(copying(4), copying(5));
      final SequenceBatch batch = SequenceBatch.of(manager, sequences, SHAPE.vocabulary());
      final float[] together =
          new LlamaForward(SHAPE).logits(manager, weights, batch).toFloatArray();

      for (int at = 0; at < batch.positions(); at++) {
        final int[] tokens = {sequences.get(0).tokens()[at], sequences.get(1).tokens()[at]};
        final float[] logits = step.next(manager, tokens).toFloatArray();
        for (int row = 0; row < 2; row++) {
          final float[] expected = new float[SHAPE.vocabulary()];
          final float[] actual = new float[SHAPE.vocabulary()];
          final int from = (row * batch.positions() + at) * SHAPE.vocabulary();
          System.arraycopy(together, from, expected, 0, expected.length);
          System.arraycopy(logits, row * SHAPE.vocabulary(), actual, 0, actual.length);
          assertArrayEquals(expected, actual, 1e-5f, "at=" + at + " row=" + row);
        }
      }
    }
  }

  @Test
  void shouldHoldTheRateAndThenLetItFall() {
    final TrainerSettings settings = TrainerSettings.tiny(1_000, SEED);

    assertEquals(3e-3 / 60, settings.learningRate(0), 1e-12);
    assertEquals(3e-3, settings.learningRate(59), 1e-12);
    assertEquals(3e-3, settings.learningRate(259), 1e-12);
    assertTrue(settings.learningRate(630) < 1.6e-3);
    assertEquals(0.02 * 3e-3, settings.learningRate(1_000), 1e-9);
  }

  private static NDArray loss(
      final NDManager manager,
      final LlamaForward forward,
      final LlamaWeights weights,
      final List<TrainingSequence> sequences) {
    final SequenceBatch batch = SequenceBatch.of(manager, sequences, SHAPE.vocabulary());
    return forward
        .logits(manager, weights, batch)
        .logSoftmax(-1)
        .mul(batch.targets())
        .sum()
        .mul((float) (-1.0 / batch.weight()));
  }

  private static List<Double> train(final int steps, final long seed) {
    final List<Double> losses = new ArrayList<>();
    final TrainerSettings.Optimizer optimizer =
        new TrainerSettings.Optimizer(0.9, 0.95, 1e-8, 0.05, 1.0);
    final TrainerSettings settings =
        new TrainerSettings(
            steps,
            new TrainerSettings.Batch(16, 2),
            new TrainerSettings.Schedule(1e-2, 10, 0.2, 0.1),
            optimizer,
            seed);
    try (SupervisedTrainer trainer =
        new SupervisedTrainer(SHAPE, settings, (index, progress) -> copying(index))) {
      trainer.run(steps, Math.max(1, steps / 6), progress -> losses.add(progress.loss()));
      assertEquals(steps, trainer.step());
    }
    return losses;
  }

  /** Makes a sequence whose second half repeats the first; only the second half is learned. */
  private static TrainingSequence copying(final long index) {
    final SplittableRandom random = new SplittableRandom(index);
    final int half = 3 + random.nextInt(2);
    final int[] tokens = new int[2 * half + 1];
    final float[] weights = new float[tokens.length];
    for (int i = 0; i < half; i++) {
      tokens[i] = 2 + random.nextInt(9);
      tokens[half + 1 + i] = tokens[i];
      weights[half + 1 + i] = 1f;
    }
    tokens[half] = 1;
    return new TrainingSequence(tokens, weights);
  }
}
