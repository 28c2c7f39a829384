package dev.coppice.credit.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.coppice.credit.Estimators;
import dev.coppice.credit.GroupAdvantages;
import dev.coppice.credit.fixture.RandomTrees;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Loss and gradient of a linear policy, once from the tree and once from its rows. */
class SharedTokensPropertyTest {
  private static final int VOCABULARY = 5;
  private static final int FEATURES = 4;

  /** A softmax over weights times features of the prefix; sums loss and gradient. */
  private static final class LinearPolicy {
    private final double[][] weights = new double[VOCABULARY][FEATURES];
    private final double[][] gradient = new double[VOCABULARY][FEATURES];
    private double loss;

    LinearPolicy(final long seed) {
      final SplittableRandom random = new SplittableRandom(seed);
      for (final double[] row : weights) {
        for (int f = 0; f < FEATURES; f++) {
          row[f] = random.nextDouble() - 0.5;
        }
      }
    }

    /** Adds {@code -coefficient * log p(token | prefix)}. */
    void train(final double[] prefix, final int token, final double coefficient) {
      final double[] p = new double[VOCABULARY];
      double total = 0.0;
      for (int v = 0; v < VOCABULARY; v++) {
        for (int f = 0; f < FEATURES; f++) {
          p[v] += weights[v][f] * prefix[f];
        }
        p[v] = Math.exp(p[v]);
        total += p[v];
      }
      loss -= coefficient * Math.log(p[token] / total);
      for (int v = 0; v < VOCABULARY; v++) {
        final double error = (v == token ? 1.0 : 0.0) - p[v] / total;
        for (int f = 0; f < FEATURES; f++) {
          gradient[v][f] -= coefficient * error * prefix[f];
        }
      }
    }
  }

  /** Features of the tokens before a place: a decaying mix, so that every prefix is its own. */
  private static double[] next(final double[] prefix, final int token) {
    final double[] state = new double[FEATURES];
    for (int f = 0; f < FEATURES; f++) {
      state[f] = 0.7 * prefix[f] + Math.sin(1.0 + token * (f + 1));
    }
    return state;
  }

  private static int token(final long seed, final int tree, final int node, final int place) {
    return new SplittableRandom(seed * 31 + tree * 1009L + node * 17L + place).nextInt(VOCABULARY);
  }

  private record Case(
      long seed, TrajectoryGroup group, GroupAdvantages advantages, SharedTokens shared) {
    LinearPolicy packed(final boolean leafScalars) {
      final LinearPolicy policy = new LinearPolicy(seed);
      final double[][] leaf = leafScalars ? shared.leafCoefficients(advantages) : null;
      for (int t = 0; t < group.trees().size(); t++) {
        final TrajectoryTree tree = group.trees().get(t);
        final double[][] state = new double[tree.nodes().size()][];
        for (int n = 0; n < state.length; n++) {
          final TrajectoryNode node = tree.node(n);
          double[] at = n == 0 ? new double[FEATURES] : state[node.parent()];
          final float[] own = advantages.nodeAdvantages(t, n);
          for (int i = 0; i < node.length(); i++) {
            if (own != null) {
              final double c = leafScalars ? leaf[t][n] : shared.weight(t, n) * own[i];
              policy.train(at, token(seed, t, n, i), c);
            }
            at = next(at, token(seed, t, n, i));
          }
          state[n] = at;
        }
      }
      return policy;
    }

    LinearPolicy flat(final boolean leafScalars) {
      final LinearPolicy policy = new LinearPolicy(seed);
      for (int t = 0; t < group.trees().size(); t++) {
        final TrajectoryTree tree = group.trees().get(t);
        for (int l = 0; l < tree.leaves().size(); l++) {
          final double factor = shared.rowFactor(t, l);
          if (factor > 0) {
            row(policy, t, l, tree.leaves().get(l).node(), leafScalars);
          }
        }
      }
      return policy;
    }

    private double[] row(
        final LinearPolicy policy,
        final int t,
        final int leaf,
        final int n,
        final boolean leafScalars) {
      final TrajectoryNode node = group.trees().get(t).node(n);
      double[] at =
          node.parent() < 0
              ? new double[FEATURES]
              : row(policy, t, leaf, node.parent(), leafScalars);
      final float[] own = advantages.nodeAdvantages(t, n);
      for (int i = 0; i < node.length(); i++) {
        if (own != null) {
          final double a = leafScalars ? advantages.leafAdvantage(t, leaf) : own[i];
          policy.train(at, token(seed, t, n, i), shared.rowFactor(t, leaf) * a);
        }
        at = next(at, token(seed, t, n, i));
      }
      return at;
    }
  }

  private static Case draw(
      final long seed,
      final String estimator,
      final SharedTokenRule rule,
      final LossAggregation aggregation) {
    final TrajectoryGroup group = RandomTrees.group(seed);
    return new Case(
        seed,
        group,
        Estimators.create(estimator, Map.of()).estimate(group),
        new SharedTokens(group, rule, aggregation));
  }

  @Test
  void shouldGiveTheSameLossAndGradientPackedAndFlat() {
    for (long seed = 0; seed < 40; seed++) {
      for (final SharedTokenRule rule : SharedTokenRule.values()) {
        for (final LossAggregation aggregation : LossAggregation.values()) {
          for (final String name : new String[] {"grpo", "tree-grpo", "treerl", "coppice"}) {
            final Case each = draw(seed, name, rule, aggregation);
            final boolean leafScalars = each.advantages().hasLeafAdvantages();
            final LinearPolicy packed = each.packed(leafScalars);
            final LinearPolicy flat = each.flat(leafScalars);
            final String what = "seed " + seed + " " + rule + " " + aggregation + " " + name;
            assertEquals(flat.loss, packed.loss, 1e-9, what);
            for (int v = 0; v < VOCABULARY; v++) {
              for (int f = 0; f < FEATURES; f++) {
                assertEquals(flat.gradient[v][f], packed.gradient[v][f], 1e-9, what);
              }
            }
          }
        }
      }
    }
  }

  /** With one weight per token and its own denominator, dedup is another objective. */
  @Test
  void shouldNotBeTheSameLossWithoutMultiplicity() {
    final Case each = draw(1, "grpo", SharedTokenRule.TRAIN_ONCE, LossAggregation.TOKEN_MEAN);
    final double packed = each.shared().packedTokens();
    final SharedTokens shared = each.shared();
    for (int n = 1; n < each.group().trees().get(0).nodes().size(); n++) {
      if (shared.multiplicity(0, n) > 1 && each.advantages().isScored(0, n)) {
        final double naive = each.advantages().nodeValue(0, n) / packed;
        final double right = each.advantages().nodeValue(0, n) * shared.weight(0, n);
        assertNotEquals(naive, right, 1e-6, "node " + n);
      }
    }
  }

  @Test
  void shouldCarryMultiplicityOverTheFlatDenominator() {
    final Case each = draw(5, "dr-grpo", SharedTokenRule.TRAIN_ONCE, LossAggregation.TOKEN_MEAN);
    for (int n = 1; n < each.group().trees().get(0).nodes().size(); n++) {
      assertEquals(
          each.shared().multiplicity(0, n) / each.shared().denominator(),
          each.shared().weight(0, n),
          1e-15);
    }
  }

  @Test
  void shouldKnowItsRulesByTheirWireNames() {
    for (final SharedTokenRule rule : SharedTokenRule.values()) {
      assertEquals(rule, SharedTokenRule.ofWireName(rule.wireName()));
    }
    assertThrows(IllegalArgumentException.class, () -> SharedTokenRule.ofWireName("twice"));
    final Case nodes = draw(1, "treerl", SharedTokenRule.PER_LEAF, LossAggregation.TOKEN_MEAN);
    assertThrows(
        IllegalArgumentException.class, () -> nodes.shared().leafCoefficients(nodes.advantages()));
  }
}
