package dev.coppice.credit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.credit.fixture.CoalescedTrees;
import dev.coppice.trajectory.TrajectoryGroup;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A coalesced node gets the mean of what its copies get where every draw is a node of its own. */
class DrawsPropertyTest {
  private static final int SEEDS = 400;

  private static Map<String, String> options(final String[] words) {
    final Map<String, String> options = new HashMap<>();
    for (int i = 1; i < words.length; i++) {
      final String[] pair = words[i].split("=");
      options.put(pair[0], pair[1]);
    }
    return options;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "grpo",
        "grpo std=none singleton=zero shared=sum",
        "rloo",
        "dr-grpo",
        "arpo",
        "arpo rule=hard",
        "tree-grpo",
        "tree-grpo term=intra singleton=zero",
        "tree-grpo term=2norm shared=sum",
        "treerl",
        "treerl mode=code",
        "treerl mode=unweighted fill=inherit",
        "treepo",
        "treepo combine=group-size uniform=drop",
        "spo-tree",
        "spo-tree mode=normalised",
        "spo-chain",
        "vineppo",
        "vineppo trunk=last",
        "gigpo",
        "gigpo norm=mean-std baseline=row shared=sum",
        "at2po",
        "at2po value=entropy-softmax advantage=local-global",
        "at2po advantage=node",
        "at2po advantage=global",
        "toolpo",
        "toolpo calls=mean cap=1 shared=sum",
        "coppice",
        "coppice weighting=uniform tool=off",
        "coppice global=1"
      })
  void shouldGiveTheMeanOverTheDraws(final String call) {
    final String[] words = call.split(" ");
    final AdvantageEstimator estimator = Estimators.create(words[0], options(words));
    for (long seed = 0; seed < SEEDS; seed++) {
      final TrajectoryGroup group = CoalescedTrees.group(seed);
      check(call + " seed " + seed, estimator, group);
    }
  }

  private static void check(
      final String what, final AdvantageEstimator estimator, final TrajectoryGroup group) {
    final CoalescedTrees.Expansion slow = CoalescedTrees.expand(group);
    final GroupAdvantages fast = estimator.estimate(group);
    final GroupAdvantages copies = estimator.estimate(slow.group());
    for (int t = 0; t < group.trees().size(); t++) {
      final int nodes = group.trees().get(t).nodes().size();
      final double[][] sum = new double[nodes][];
      final int[] count = new int[nodes];
      gather(slow, copies, t, sum, count);
      for (int n = 0; n < nodes; n++) {
        final float[] got = fast.nodeAdvantages(t, n);
        if (got != null) {
          assertEquals(count[n] > 0, fast.isScored(t, n), what + " tree " + t + " node " + n);
        }
        for (int i = 0; got != null && count[n] > 0 && i < got.length; i++) {
          final double want = sum[n][i] / count[n];
          final String place = what + " tree " + t + " node " + n + " token " + i;
          assertEquals(want, got[i], 2e-5 * Math.max(1, Math.abs(want)), place);
        }
      }
    }
  }

  private static void gather(
      final CoalescedTrees.Expansion slow,
      final GroupAdvantages copies,
      final int tree,
      final double[][] sum,
      final int[] count) {
    for (int t = 0; t < slow.tree().length; t++) {
      for (int n = 0; slow.tree()[t] == tree && n < slow.node()[t].length; n++) {
        final float[] values = copies.nodeAdvantages(t, n);
        if (values != null && copies.isScored(t, n)) {
          final int from = slow.node()[t][n];
          sum[from] = sum[from] == null ? new double[values.length] : sum[from];
          count[from]++;
          for (int i = 0; i < values.length; i++) {
            sum[from][i] += values[i];
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"grpo", "tree-grpo", "toolpo"})
  void shouldGiveALeafWhatEachOfItsDrawsGets(final String name) {
    final AdvantageEstimator estimator = Estimators.create(name, Map.of());
    int seen = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      final TrajectoryGroup group = CoalescedTrees.group(seed);
      final CoalescedTrees.Expansion slow = CoalescedTrees.expand(group);
      final GroupAdvantages fast = estimator.estimate(group);
      final GroupAdvantages copies = estimator.estimate(slow.group());
      for (int t = 0; t < slow.tree().length; t++) {
        for (int l = 0; l < slow.group().trees().get(t).leaves().size(); l++) {
          final int node = slow.node()[t][slow.group().trees().get(t).leaves().get(l).node()];
          final int place = group.trees().get(slow.tree()[t]).leafAt(node);
          final double want = copies.leafAdvantage(t, l);
          final double got = fast.leafAdvantage(slow.tree()[t], place);
          assertEquals(want, got, 1e-9, name + " seed " + seed);
          seen++;
        }
      }
    }
    assertTrue(seen > SEEDS, "leaves compared: " + seen);
  }
}
