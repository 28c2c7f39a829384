package dev.coppice.credit.golden;

import static dev.coppice.credit.golden.GoldenCases.doubles;
import static dev.coppice.credit.golden.GoldenCases.find;
import static dev.coppice.credit.golden.GoldenCases.names;
import static dev.coppice.credit.golden.GoldenCases.run;
import static dev.coppice.credit.golden.GoldenCases.tolerance;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.coppice.credit.GroupAdvantages;
import dev.coppice.credit.fixture.TreeScript;
import dev.coppice.credit.forest.Forest;
import dev.coppice.credit.forest.SubtreeValues;
import dev.coppice.credit.golden.GoldenCases.Named;
import dev.coppice.trajectory.TrajectoryTree;
import org.junit.jupiter.api.Test;

/** Reference vectors of the estimators that score segments and steps. */
class TreeGoldenTest {
  private static void assertValues(
      final JsonNode want, final Named tree, final SubtreeValues values) {
    for (final String name : names(want)) {
      assertEquals(want.get(name).asDouble(), values.value(tree.id().get(name)), tolerance(), name);
    }
  }

  @Test
  void shouldScoreG06TreeRl() {
    final JsonNode want = find("G06").get("expected");
    final Named tree = Named.g06();
    final Forest forest = new Forest(tree.group());
    assertValues(want.get("V"), tree, SubtreeValues.overLeaves(forest, forest.rewards()));
    tree.assertLeavesByName(want.get("leaf_loo"), run(tree.group(), "rloo"));
    tree.assertNodes(want.get("paper_GA_plus_LA_over_sqrt"), run(tree.group(), "treerl"));
    tree.assertNodes(want.get("code_sqrt_state_value"), run(tree.group(), "treerl", "mode=code"));
    tree.assertNodes(
        want.get("code_original_weight"), run(tree.group(), "treerl", "mode=unweighted"));
  }

  @Test
  void shouldScoreG08SpoTree() {
    final JsonNode want = find("G08").get("expected");
    final Named tree = Named.g06();
    final Forest forest = new Forest(tree.group());
    assertValues(
        want.get("V_child_mean"), tree, SubtreeValues.overChildren(forest, forest.rewards()));
    tree.assertNodes(want.get("adv_rloo"), run(tree.group(), "spo-tree"));
    tree.assertNodes(want.get("adv_grpo"), run(tree.group(), "spo-tree", "mode=normalised"));
  }

  /** Cut points become forks, each with ten rollouts of the golden value. */
  @Test
  void shouldScoreG09SpoChain() {
    final JsonNode golden = find("G09");
    final double[] p = doubles(golden.at("/input/token_probs"));
    final double[] cut = doubles(golden.at("/input/cutpoint_values"));
    final TreeScript script = new TreeScript(0);
    final int[] segments = new int[3];
    int state = 0;
    int segment = 0;
    for (int from = 0; from < p.length; ) {
      int to = from + 1;
      while (to < p.length && Double.isNaN(cut[to])) {
        to++;
      }
      final int tens = (int) Math.round(10 * cut[from]);
      for (int k = 0; k < 10; k++) {
        script.leaf(script.action(state, 1), k < tens ? 1.0 : 0.0);
      }
      state = script.action(state, logs(p, from, to));
      segments[segment++] = state;
      from = to;
    }
    script.leaf(state, 1.0);
    final GroupAdvantages actual = run(script.group(), "spo-chain");
    final double[] tokens = new double[p.length];
    int at = 0;
    for (final int node : segments) {
      for (final float token : actual.nodeAdvantages(0, node)) {
        tokens[at++] = token;
      }
    }
    assertArrayEquals(doubles(golden.at("/expected/token_adv")), tokens, tolerance());
  }

  private static float[] logs(final double[] p, final int from, final int to) {
    final float[] logs = new float[to - from];
    for (int i = from; i < to; i++) {
      logs[i - from] = (float) Math.log(p[i]);
    }
    return logs;
  }

  @Test
  void shouldScoreG10VinePpo() {
    final JsonNode golden = find("G10");
    final JsonNode returns = golden.at("/input/mc_returns_per_state");
    for (final boolean first : new boolean[] {true, false}) {
      final TreeScript script = new TreeScript(0);
      final int[] steps = new int[returns.size()];
      grow(script, 0, 0, steps, returns, first);
      for (final String trunk : new String[] {"auto", first ? "first" : "last"}) {
        final GroupAdvantages actual = run(script.group(), "vineppo", "trunk=" + trunk);
        final double[] got = new double[steps.length];
        for (int s = 0; s < got.length; s++) {
          got[s] = actual.nodeValue(0, steps[s]);
        }
        assertArrayEquals(doubles(golden.at("/expected/step_adv")), got, tolerance());
      }
    }
  }

  /** Grows the trunk before or after the rollouts of each state. */
  private static void grow(
      final TreeScript script,
      final int state,
      final int step,
      final int[] steps,
      final JsonNode returns,
      final boolean trunkFirst) {
    if (step == steps.length) {
      script.leaf(state, 1.0);
      return;
    }
    for (int pass = 0; pass < 2; pass++) {
      if ((pass == 0) == trunkFirst) {
        steps[step] = script.action(state, 2);
        grow(script, steps[step], step + 1, steps, returns, trunkFirst);
      } else {
        for (final double reward : doubles(returns.get(step))) {
          script.leaf(script.action(state, 1), reward);
        }
      }
    }
  }

  @Test
  void shouldScoreG12Gigpo() {
    final JsonNode golden = find("G12");
    final JsonNode rows = golden.at("/input/rows");
    final TrajectoryTree[] trees = {chain(rows, 0), chain(rows, 1)};
    final String[] norms = {"mean_norm_cross_all", "mean_norm_per_traj", "mean_std_norm_per_traj"};
    final String[][] options = {
      {"baseline=row", "norm=mean"}, {"baseline=trajectory"}, {"norm=mean-std"}
    };
    for (int n = 0; n < norms.length; n++) {
      final double[] episode = doubles(golden.at("/expected/" + norms[n] + "/episode"));
      final double[] total = doubles(golden.at("/expected/" + norms[n] + "/total"));
      final GroupAdvantages actual =
          run(
              TreeScript.groupOf(trees),
              "gigpo",
              options[n][0],
              options[n].length > 1 ? options[n][1] : "weight=1",
              "gamma=0.9");
      int row = 0;
      for (int t = 0; t < trees.length; t++) {
        for (int i = 1; i < trees[t].nodes().size(); i++) {
          final String what = norms[n] + " row " + row;
          assertEquals(episode[row], actual.leafAdvantage(t, 0), tolerance(), what);
          assertEquals(total[row++], actual.nodeValue(t, i), tolerance(), what);
        }
      }
      assertEquals(total.length, row);
    }
  }

  private static TrajectoryTree chain(final JsonNode rows, final int trajectory) {
    TreeScript script = null;
    int last = 0;
    double total = 0.0;
    for (int r = 0; r < rows.size(); r++) {
      if (rows.get(r).get(0).asInt() == trajectory) {
        final String state = rows.get(r).get(1).asText();
        script = script == null ? new TreeScript(trajectory, state) : script;
        final boolean more = r + 1 < rows.size() && rows.get(r + 1).get(0).asInt() == trajectory;
        final String next = more ? rows.get(r + 1).get(1).asText() : "end" + trajectory;
        last = script.step(last, next, rows.get(r).get(2).asDouble());
        total += rows.get(r).get(2).asDouble();
      }
    }
    return script.leaf(last, total).tree();
  }

  @Test
  void shouldScoreG13At2po() {
    final JsonNode golden = find("G13");
    final JsonNode want = golden.get("expected");
    final Named tree = Named.of(golden.at("/input/entropies"));
    final String softmax = "value=entropy-softmax";
    tree.assertNodes(
        want.get("value_child_softmax"), run(tree.group(), "at2po", softmax, "advantage=node"));
    tree.assertNodes(want.get("value_child_mean"), run(tree.group(), "at2po", "advantage=node"));
    tree.assertNodes(want.get("leaf_norm"), run(tree.group(), "at2po", softmax, "advantage=node"));
    tree.assertNodes(
        want.get("adv_diff_parent"), run(tree.group(), "at2po", softmax, "advantage=parent"));
    tree.assertNodes(
        want.get("adv_diff_localglobal"),
        run(tree.group(), "at2po", softmax, "advantage=local-global"));
  }
}
