package dev.coppice.training.supervised;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class AdamWTest {
  private static final long SEED = 11;
  private static final TrainerSettings.Optimizer CONSTANTS =
      new TrainerSettings.Optimizer(0.9, 0.95, 1e-8, 0.1, 1.0);
  private static final int MATRIX = 12;
  private static final int VECTOR = 5;
  private static final int UPDATES = 25;

  /** Follows the paper in double precision, weight by weight, with nothing of ours. */
  private static final class Reference {
    private final double[][] weights;
    private final double[][] means;
    private final double[][] squares;
    private int updates;

    Reference(final float[] matrix, final float[] vector) {
      weights = new double[][] {doubles(matrix), doubles(vector)};
      means = new double[][] {new double[MATRIX], new double[VECTOR]};
      squares = new double[][] {new double[MATRIX], new double[VECTOR]};
    }

    double update(final double rate, final float[]... gradients) {
      updates++;
      double squared = 0;
      for (final float[] gradient : gradients) {
        for (final float value : gradient) {
          squared += (double) value * value;
        }
      }
      final double norm = Math.sqrt(squared);
      final double clip = norm > 1.0 ? 1.0 / norm : 1.0;
      for (int w = 0; w < weights.length; w++) {
        final double decay = w == 0 ? 0.1 : 0.0;
        for (int i = 0; i < weights[w].length; i++) {
          final double g = clip * gradients[w][i];
          means[w][i] = 0.9 * means[w][i] + 0.1 * g;
          squares[w][i] = 0.95 * squares[w][i] + 0.05 * g * g;
          final double mean = means[w][i] / (1 - Math.pow(0.9, updates));
          final double square = squares[w][i] / (1 - Math.pow(0.95, updates));
          weights[w][i] -= rate * (decay * weights[w][i] + mean / (Math.sqrt(square) + 1e-8));
        }
      }
      return norm;
    }
  }

  @Test
  void shouldFollowThePaperOnRandomGradients() {
    final Random random = new Random(SEED);
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      final float[] matrix = draws(random, MATRIX, 1);
      final float[] vector = draws(random, VECTOR, 1);
      final List<NDArray> weights = weights(manager, matrix, vector);
      final Reference reference = new Reference(matrix, vector);
      try (AdamW adam = new AdamW(CONSTANTS, weights, manager)) {
        for (int update = 0; update < UPDATES; update++) {
          final double rate = 1e-2 / (1 + update);
          // Every third gradient is small enough not to be clipped.
          final double size = update % 3 == 0 ? 0.05 : 3;
          final float[] first = draws(random, MATRIX, size);
          final float[] second = draws(random, VECTOR, size);

          final double expected = reference.update(rate, first, second);
          final double norm = update(adam, weights, rate, first, second);

          assertEquals(expected, norm, 1e-5 * expected, "seed " + SEED + " update " + update);
        }
      }
      for (int w = 0; w < weights.size(); w++) {
        assertArrayEquals(
            reference.weights[w], doubles(weights.get(w).toFloatArray()), 2e-6, "seed " + SEED);
      }
    }
  }

  @Test
  void shouldGoOnWithTheSameBitsFromWhatItRemembered() {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      final float[] matrix = draws(new Random(SEED), MATRIX, 1);
      final float[] vector = draws(new Random(SEED + 1), VECTOR, 1);
      final List<NDArray> whole = weights(manager, matrix, vector);
      final List<NDArray> resumed = weights(manager, matrix, vector);
      final AdamW unbroken = new AdamW(CONSTANTS, whole, manager);
      final AdamW before = new AdamW(CONSTANTS, resumed, manager);
      final AdamW after = new AdamW(CONSTANTS, resumed, manager);
      for (int update = 0; update < UPDATES; update++) {
        final float[] first = draws(new Random(100 + update), MATRIX, 1);
        final float[] second = draws(new Random(200 + update), VECTOR, 1);
        if (update == 10) {
          after.restore(before.moments(), before.updates());
        }
        update(unbroken, whole, 1e-2, first, second);
        update(update < 10 ? before : after, resumed, 1e-2, first, second);
      }

      for (int w = 0; w < whole.size(); w++) {
        assertArrayEquals(whole.get(w).toFloatArray(), resumed.get(w).toFloatArray());
      }
      assertThrows(IllegalArgumentException.class, () -> after.restore(List.of(), 1));
    }
  }

  @Test
  void shouldRefuseAGradientThatIsNotFiniteAndGoOnAsIfItHadNotBeen() {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      final float[] matrix = draws(new Random(SEED), MATRIX, 1);
      final float[] vector = draws(new Random(SEED + 1), VECTOR, 1);
      final List<NDArray> spared = weights(manager, matrix, vector);
      final List<NDArray> struck = weights(manager, matrix, vector);
      final AdamW calm = new AdamW(CONSTANTS, spared, manager);
      final AdamW adam = new AdamW(CONSTANTS, struck, manager);
      for (int update = 0; update < 4; update++) {
        final float[] first = draws(new Random(100 + update), MATRIX, 1);
        final float[] second = draws(new Random(200 + update), VECTOR, 1);
        update(calm, spared, 1e-2, first, second);
        update(adam, struck, 1e-2, first, second);
        final float[] bad = second.clone();
        bad[update] = update % 2 == 0 ? Float.NaN : Float.POSITIVE_INFINITY;

        final AdamW.GradientException refused =
            assertThrows(
                AdamW.GradientException.class,
                () -> update(adam, struck, 1e-2, first.clone(), bad));

        assertEquals("gradient-not-finite", refused.errorCode().name());
        assertEquals(update + 1, adam.updates());
        for (int w = 0; w < spared.size(); w++) {
          assertArrayEquals(spared.get(w).toFloatArray(), struck.get(w).toFloatArray());
          assertArrayEquals(calm.moments().get(w), adam.moments().get(w));
        }
      }
    }
  }

  /** Once DJL's optimizer can be saved and restored, ours may go. */
  @Test
  void shouldBeNeededAsLongAsDjlsOptimizerKeepsItsMomentsToItself() {
    final TreeSet<String> open = new TreeSet<>();
    for (final Class<?> type :
        List.of(ai.djl.training.optimizer.AdamW.class, ai.djl.training.optimizer.Optimizer.class)) {
      Arrays.stream(type.getDeclaredMethods())
          .filter(method -> !method.isSynthetic() && !Modifier.isStatic(method.getModifiers()))
          .filter(method -> Modifier.isPublic(method.getModifiers()))
          .map(Method::getName)
          .forEach(open::add);
    }

    assertEquals(List.of("update"), List.copyOf(open), "look whether DJL's AdamW will do now");
  }

  private static double update(
      final AdamW adam,
      final List<NDArray> weights,
      final double rate,
      final float[]... gradients) {
    try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
      NDArray loss = null;
      for (int w = 0; w < weights.size(); w++) {
        final NDArray weight = weights.get(w);
        final NDArray gradient =
            weight.getManager().create(gradients[w]).reshape(weight.getShape());
        final NDArray part = weight.mul(gradient).sum();
        loss = loss == null ? part : loss.add(part);
      }
      collector.backward(loss);
    }
    return adam.update(rate);
  }

  private static List<NDArray> weights(
      final NDManager manager, final float[] matrix, final float[] vector) {
    final List<NDArray> weights =
        List.of(manager.create(matrix).reshape(new Shape(3, MATRIX / 3)), manager.create(vector));
    weights.forEach(weight -> weight.setRequiresGradient(true));
    return weights;
  }

  private static float[] draws(final Random random, final int count, final double size) {
    final float[] draws = new float[count];
    for (int i = 0; i < count; i++) {
      draws[i] = (float) (size * random.nextGaussian());
    }
    return draws;
  }

  private static double[] doubles(final float[] values) {
    final double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }
}
