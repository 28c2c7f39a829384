package dev.coppice.bench.simulation;

import java.util.ArrayList;
import java.util.List;

/**
 * Says how far an estimated gradient is from the true one, over many groups of several worlds.
 *
 * <p>The estimate is taken at its best scale s, as a step size would: {@code noise = E|x - E x|^2 / s^2
 * |g|^2}, {@code bias = |E x - s g|^2 / s^2 |g|^2} by the product of two halves, so that noise does not
 * count as bias, and their sum the mean squared error; all per world, means over worlds.
 */
final class GradientMoments {
  private final List<World> worlds = new ArrayList<>();
  private double tokens;
  private long groups;

  private static final class World {
    private final double[] truth;
    private final double[][] half = new double[2][KnownWorld.FEATURES];
    private final long[] count = new long[2];
    private double squares;

    World(final double[] truth) {
      this.truth = truth;
    }

    double mean(final int which, final int f) {
      return half[which][f] / count[which];
    }

    double mean(final int f) {
      return (half[0][f] + half[1][f]) / (count[0] + count[1]);
    }
  }

  void begin(final double[] truth) {
    worlds.add(new World(truth));
  }

  void add(final double[] estimate, final double cost) {
    final World world = worlds.getLast();
    final int which = (int) (groups++ % 2);
    world.count[which]++;
    tokens += cost;
    for (int f = 0; f < estimate.length; f++) {
      world.half[which][f] += estimate[f];
      world.squares += estimate[f] * estimate[f];
    }
  }

  double tokens() {
    return tokens / groups;
  }

  private double signal() {
    double sum = 0;
    for (final World world : worlds) {
      for (final double g : world.truth) {
        sum += g * g / worlds.size();
      }
    }
    return sum;
  }

  /** The scale at which the estimate is nearest the truth. */
  double scale() {
    double sum = 0;
    for (final World world : worlds) {
      for (int f = 0; f < world.truth.length; f++) {
        sum += world.mean(f) * world.truth[f] / worlds.size();
      }
    }
    return sum / signal();
  }

  double noise() {
    double sum = 0;
    for (final World world : worlds) {
      double variance = world.squares / (world.count[0] + world.count[1]);
      for (int f = 0; f < world.truth.length; f++) {
        variance -= world.mean(0, f) * world.mean(1, f);
      }
      sum += variance / worlds.size();
    }
    return sum / (scale() * scale() * signal());
  }

  double bias() {
    final double scale = scale();
    double sum = 0;
    for (final World world : worlds) {
      for (int f = 0; f < world.truth.length; f++) {
        final double wanted = scale * world.truth[f];
        sum += (world.mean(0, f) - wanted) * (world.mean(1, f) - wanted) / worlds.size();
      }
    }
    return sum / (scale * scale * signal());
  }

  /** Cosine of the gradient over worlds with that of a batch of so many computed tokens. */
  double cosine(final double batchTokens) {
    double truth = 0;
    double product = 0;
    double square = 0;
    double all = 0;
    for (int f = 0; f < KnownWorld.FEATURES; f++) {
      double g = 0;
      double x = 0;
      double first = 0;
      double second = 0;
      for (final World world : worlds) {
        g += world.truth[f] / worlds.size();
        x += world.mean(f) / worlds.size();
        first += world.mean(0, f) / worlds.size();
        second += world.mean(1, f) / worlds.size();
      }
      truth += g * g;
      product += g * x;
      square += first * second;
    }
    for (final World world : worlds) {
      all += world.squares / (world.count[0] + world.count[1]) / worlds.size();
    }
    final double spread = Math.max(0, all - square);
    return product / Math.sqrt(truth * (square + spread * tokens() / batchTokens));
  }
}
