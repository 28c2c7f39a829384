package dev.coppice.bench.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A random world of six turns with three actions each, with exact values and policy gradient.
 *
 * <p>A state is its history; its digest is the multiset of its actions. {@code late} has four turns
 * that are nearly sure and two that decide, {@code early} decides in the first turn, in {@code even}
 * all turns are alike; {@code noisy-} before a name halves what the actions decide.
 *
 * @shape histories after t turns are numbered 0 to 3^t - 1; scores have {@value #FEATURES} numbers.
 */
final class KnownWorld {
  static final int TURNS = 6;
  static final int ACTIONS = 3;
  static final int FEATURES = 16;

  /** Tokens of a turn, the last ones without their answer. */
  static final double[] TOKENS = {15, 15, 15, 15, 13, 11};

  static final double PROMPT_TOKENS = 8;

  private static final double NOISY = 0.5;
  private static final double CENTRE = 0.35;

  private final SplittableRandom random;
  private final double[][] policy = new double[TURNS][];
  private final double[][][] score = new double[TURNS][][];
  private final String[][] digest = new String[TURNS + 1][];
  private final double[][] value = new double[TURNS + 1][];
  private final double[] gradient = new double[FEATURES];

  KnownWorld(final long seed, final String kind) {
    random = new SplittableRandom(seed);
    final boolean noisy = kind.startsWith("noisy-");
    final String shape = noisy ? kind.substring("noisy-".length()) : kind;
    drawRewards(scale(shape), noisy);
    drawPolicy(certainty(shape));
    for (int t = TURNS - 1; t >= 0; t--) {
      value[t] = new double[digest[t].length];
      for (int s = 0; s < value[t].length; s++) {
        for (int a = 0; a < ACTIONS; a++) {
          value[t][s] += policy[t][s * ACTIONS + a] * value[t + 1][s * ACTIONS + a];
        }
      }
    }
    drawScores();
  }

  private static double[] certainty(final String shape) {
    return switch (shape) {
      case "late" -> new double[] {4.5, 4.5, 4.5, 4.5, 0.7, 1};
      case "early" -> new double[] {0.7, 1, 1.6, 1.6, 1.6, 2};
      case "even" -> new double[] {1.2, 1.2, 1.2, 1.2, 1.2, 1.2};
      default -> throw new IllegalArgumentException("kind must be late, early or even: " + shape);
    };
  }

  private static double[] scale(final String shape) {
    return switch (shape) {
      case "late" -> new double[] {0.1, 0.1, 0.1, 0.1, 2.4, 1};
      case "early" -> new double[] {2.4, 1, 0.3, 0.2, 0.1, 0.1};
      default -> new double[] {1, 1, 1, 1, 1, 1};
    };
  }

  /** The turn from which decisions count. */
  static int decision(final String kind) {
    return kind.endsWith("late") ? 4 : 0;
  }

  private void drawRewards(final double[] scale, final boolean noisy) {
    digest[0] = new String[] {""};
    double[] sum = new double[1];
    for (int t = 0; t < TURNS; t++) {
      final int count = digest[t].length * ACTIONS;
      digest[t + 1] = new String[count];
      final double[] next = new double[count];
      final Map<String, Double> effect = new HashMap<>();
      for (int c = 0; c < count; c++) {
        final char[] actions = (digest[t][c / ACTIONS] + c % ACTIONS).toCharArray();
        Arrays.sort(actions);
        digest[t + 1][c] = new String(actions);
        final double width = 1.2 * scale[t];
        next[c] =
            sum[c / ACTIONS]
                + effect.computeIfAbsent(digest[t + 1][c], key -> random.nextGaussian() * width);
      }
      sum = next;
    }
    final double offset = random.nextGaussian() * 0.7 - 0.6;
    value[TURNS] = new double[sum.length];
    for (int c = 0; c < sum.length; c++) {
      final double sure = 1 / (1 + Math.exp(-6 * (sum[c] + offset)));
      value[TURNS][c] = noisy ? NOISY * sure + (1 - NOISY) * CENTRE : sure;
    }
  }

  private void drawPolicy(final double[] certainty) {
    for (int t = 0; t < TURNS; t++) {
      final Map<String, double[]> base = new HashMap<>();
      policy[t] = new double[digest[t].length * ACTIONS];
      final double sure = certainty[t];
      for (int s = 0; s < digest[t].length; s++) {
        final double[] logits =
            base.computeIfAbsent(
                    digest[t][s],
                    key -> {
                      final double[] drawn = new double[ACTIONS];
                      Arrays.setAll(drawn, a -> random.nextGaussian() * 0.5);
                      drawn[random.nextInt(ACTIONS)] += sure;
                      return drawn;
                    })
                .clone();
        double total = 0;
        for (int a = 0; a < ACTIONS; a++) {
          logits[a] = Math.exp(logits[a] + 0.3 * random.nextGaussian());
          total += logits[a];
        }
        for (int a = 0; a < ACTIONS; a++) {
          policy[t][s * ACTIONS + a] = logits[a] / total;
        }
      }
    }
  }

  private void drawScores() {
    double[] reach = {1.0};
    for (int t = 0; t < TURNS; t++) {
      final int count = policy[t].length;
      score[t] = new double[count][FEATURES];
      final double spread = spread(t);
      final double[] next = new double[count];
      for (int c = 0; c < count; c++) {
        for (int f = 0; f < FEATURES; f++) {
          score[t][c][f] = random.nextGaussian();
        }
        score[t][c][t] += 0.5 * (value[t + 1][c] - value[t][c / ACTIONS]) / spread;
        next[c] = reach[c / ACTIONS] * policy[t][c];
      }
      centre(t);
      for (int c = 0; c < count; c++) {
        for (int f = 0; f < FEATURES; f++) {
          gradient[f] += next[c] * value[t + 1][c] * score[t][c][f];
        }
      }
      reach = next;
    }
  }

  private double spread(final int t) {
    double squares = 1e-12;
    for (int c = 0; c < policy[t].length; c++) {
      final double step = value[t + 1][c] - value[t][c / ACTIONS];
      squares += step * step / policy[t].length;
    }
    return Math.sqrt(squares);
  }

  /** The score of a policy has mean 0 in every state. */
  private void centre(final int t) {
    for (int s = 0; s < policy[t].length / ACTIONS; s++) {
      for (int f = 0; f < FEATURES; f++) {
        double mean = 0;
        for (int a = 0; a < ACTIONS; a++) {
          mean += policy[t][s * ACTIONS + a] * score[t][s * ACTIONS + a][f];
        }
        for (int a = 0; a < ACTIONS; a++) {
          score[t][s * ACTIONS + a][f] -= mean;
        }
      }
    }
  }

  double probability(final int turn, final int history, final int action) {
    return policy[turn][history * ACTIONS + action];
  }

  double[] score(final int turn, final int next) {
    return score[turn][next];
  }

  double reward(final int history) {
    return value[TURNS][history];
  }

  String digest(final int turns, final int history) {
    return turns + ":" + digest[turns][history];
  }

  double[] gradient() {
    return gradient;
  }

  /** Several worlds of one kind. */
  static List<KnownWorld> of(final String kind, final int count, final long seed) {
    final List<KnownWorld> worlds = new ArrayList<>();
    for (int w = 0; w < count; w++) {
      worlds.add(new KnownWorld(seed + w, kind));
    }
    return worlds;
  }
}
