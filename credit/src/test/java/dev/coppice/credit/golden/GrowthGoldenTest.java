package dev.coppice.credit.golden;

import static dev.coppice.credit.golden.GoldenCases.doubles;
import static dev.coppice.credit.golden.GoldenCases.find;
import static dev.coppice.credit.golden.GoldenCases.names;
import static dev.coppice.credit.golden.GoldenCases.tolerance;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.coppice.credit.fixture.TreeScript;
import dev.coppice.credit.forest.Forest;
import dev.coppice.credit.forest.SubtreeValues;
import dev.coppice.credit.golden.GoldenCases.Named;
import dev.coppice.credit.growth.ArpoBranching;
import dev.coppice.credit.growth.SharingGain;
import dev.coppice.credit.rho.Continuations;
import dev.coppice.credit.shared.LossAggregation;
import dev.coppice.credit.shared.SharedTokenRule;
import dev.coppice.credit.shared.SharedTokens;
import dev.coppice.trajectory.TrajectoryTree;
import org.junit.jupiter.api.Test;

/** Reference vectors of branching, sharing and unbiasedness. */
class GrowthGoldenTest {
  @Test
  void shouldBranchAsG14() {
    final JsonNode golden = find("G14");
    final JsonNode in = golden.get("input");
    final double weight = in.get("entropy_weight").asDouble();
    final double base = in.get("branch_probability").asDouble();
    final double[] rises = doubles(in.get("dH"));
    for (int i = 0; i < rises.length; i++) {
      assertEquals(
          golden.at("/expected/arpo/" + i).asDouble(),
          ArpoBranching.arpo(rises[i], weight, base),
          tolerance());
      for (final JsonNode row : in.get("consecutive")) {
        assertEquals(
            golden.at("/expected/aepo/" + row.asText() + "/" + i).asDouble(),
            ArpoBranching.aepo(rises[i], weight, base, row.asInt()),
            tolerance());
      }
    }
    final double[][] top = {doubles(in.at("/top_logprobs/0")), doubles(in.at("/top_logprobs/1"))};
    final double entropy = ArpoBranching.entropy(top, in.get("vocab").asInt());
    assertEquals(golden.at("/expected/arpo_entropy_code").asDouble(), entropy, tolerance());
    assertEquals(
        golden.at("/expected/arpo_entropy_mean_per_token").asDouble(), entropy / 2, tolerance());
    for (final int rise : new int[] {-2, 0, 2}) {
      final JsonNode want = golden.at("/expected/aepo_initial_m").get("k=16,Hroot-Htool=" + rise);
      assertEquals(want.asInt(), ArpoBranching.aepoRoots(16, rise));
    }
  }

  @Test
  void shouldWeighG16LeavesByTheirPath() {
    final JsonNode want = find("G16").get("expected");
    final Named tree = Named.g06();
    final SharedTokens shared =
        new SharedTokens(tree.group(), SharedTokenRule.WEIGHTED, LossAggregation.TOKEN_MEAN);
    for (final String name : names(want.get("path_weight"))) {
      final int node = tree.id().get(name);
      final double weight = want.at("/path_weight/" + name).asDouble();
      assertEquals(weight, shared.pathWeight(0, node), tolerance(), name);
      assertEquals(weight, tree.group().trees().get(0).pathWeight(node), tolerance(), name);
    }
    final Forest forest = new Forest(tree.group());
    final double[] rewards = forest.rewards();
    assertEquals(
        want.get("mean_uniform").asDouble(),
        SubtreeValues.overLeaves(forest, rewards).value(forest.stem()),
        tolerance());
    assertEquals(
        want.get("mean_path").asDouble(),
        SubtreeValues.overChildren(forest, rewards).value(forest.stem()),
        tolerance());
  }

  /** Two root draws; a is expanded to three leaves of its value, b to one: all four trees. */
  @Test
  void shouldBeUnbiasedOnG16WhereUniformAveragingIsNot() {
    final JsonNode want = find("G16").get("expected");
    double uniform = 0.0;
    double path = 0.0;
    for (int draw = 0; draw < 4; draw++) {
      final TreeScript script = new TreeScript(0);
      for (int root = 0; root < 2; root++) {
        final boolean isA = (draw >> root & 1) == 0;
        final int node = script.action(0, 1);
        for (int leaf = 0; leaf < (isA ? 3 : 1); leaf++) {
          script.leaf(script.action(node, 1), isA ? 0.8 : 0.2);
        }
      }
      uniform += 0.25 * rootValue(script.tree(), false);
      path += 0.25 * rootValue(script.tree(), true);
    }
    assertEquals(want.get("E_uniform").asDouble(), uniform, tolerance());
    assertEquals(want.get("E_path").asDouble(), path, tolerance());
    final double truth = want.get("true_value").asDouble();
    assertEquals(want.get("bias_uniform").asDouble(), uniform - truth, tolerance());
    assertEquals(truth, path, tolerance());
  }

  private static double rootValue(final TrajectoryTree tree, final boolean byPath) {
    final Forest forest = new Forest(TreeScript.groupOf(tree));
    final double[] rewards = forest.rewards();
    return (byPath
            ? SubtreeValues.overChildren(forest, rewards)
            : SubtreeValues.overLeaves(forest, rewards))
        .value(forest.stem());
  }

  @Test
  void shouldCountG17Budgets() {
    final JsonNode want = find("G17").get("expected");
    assertGain(want.get("tree_grpo_M2N2L1"), SharingGain.treeGrpo(2, 2, 1, 0.5), "samples");
    assertGain(
        want.get("tree_grpo_M1N5L1(random node)"), SharingGain.treeGrpo(1, 5, 1, 0.5), "samples");
    assertEquals(
        want.get("tree_grpo_limit_NL->inf").asDouble(),
        SharingGain.treeGrpo(1, 1 << 30, 1, 0.5).ratio(),
        tolerance());
    assertGain(want.get("depth4_b2"), even(4, 1, 2), "leaves");
    assertGain(want.get("depth4_b3"), even(4, 1, 3), "leaves");
    assertGain(want.get("depth8_b2"), even(8, 1, 2), "leaves");
    assertGain(want.get("spo_666_equal_thirds"), even(3, 6, 6), "leaves");
    assertGain(want.get("one_late_branch p=.5 B=4"), late(0.5, 4), "leaves");
    assertGain(want.get("p=.75 B=8"), late(0.75, 8), "leaves");
    assertGain(want.get("p=.9 B=16"), late(0.9, 16), "leaves");
    assertUseful(want.get("useful_gain p=.5 rho=.2"), 0.5, 0.2);
    assertUseful(want.get("p=.8 rho=.2"), 0.8, 0.2);
    assertUseful(want.get("p=.9 rho=.05"), 0.9, 0.05);
    assertUseful(want.get("p=.8 rho=.5"), 0.8, 0.5);
  }

  private static SharingGain even(final int depth, final int first, final int rest) {
    final double[] shares = new double[depth];
    final int[] branching = new int[depth];
    java.util.Arrays.fill(shares, 1.0 / depth);
    java.util.Arrays.fill(branching, rest);
    branching[0] = first;
    return SharingGain.fixed(shares, branching);
  }

  private static SharingGain late(final double p, final int branches) {
    return SharingGain.fixed(new double[] {p, 1 - p}, new int[] {1, branches});
  }

  private static void assertGain(
      final JsonNode want, final SharingGain actual, final String leaves) {
    final JsonNode cost = want.has("cost") ? want.get("cost") : want.get("cost_in_chain_units");
    assertEquals(want.get(leaves).asDouble(), actual.leaves());
    assertEquals(cost.asDouble(), actual.cost(), tolerance());
    assertEquals(want.get("ratio").asDouble(), actual.ratio(), tolerance());
  }

  private static void assertUseful(final JsonNode want, final double p, final double rho) {
    assertEquals(want.get("best_m").asDouble(), Continuations.optimum(p, rho), tolerance());
    assertEquals(
        want.get("variance_per_token_gain").asDouble(), Continuations.gain(p, rho), tolerance());
  }

  @Test
  void shouldCountG18ShortAgents() {
    final JsonNode want = find("G18").get("expected");
    for (final String steps : names(want)) {
      final double suffix = SharingGain.treeGrpoSuffix(Integer.parseInt(steps.substring(2)));
      assertEquals(
          want.get(steps).get("expected_suffix_share").asDouble(), suffix, tolerance(), steps);
      assertGain(want.get(steps), SharingGain.treeGrpo(2, 2, 1, suffix), "samples");
    }
  }

  /** All trees of one or two children; the count may look at the first child or not. */
  @Test
  void shouldShowG19BiasOfSurprisalTriggers() {
    final JsonNode golden = find("G19");
    final double p = golden.at("/input/p_a").asDouble();
    final double a = golden.at("/input/V_a").asDouble();
    final double b = golden.at("/input/V_b").asDouble();
    final double pair =
        p * rootValue(TreeScript.bush(0, b, a), true)
            + (1 - p) * rootValue(TreeScript.bush(0, b, b), true);
    final double triggered = p * rootValue(TreeScript.bush(0, a), true) + (1 - p) * pair;
    final double always =
        p
                * (p * rootValue(TreeScript.bush(0, a, a), true)
                    + (1 - p) * rootValue(TreeScript.bush(0, a, b), true))
            + (1 - p) * pair;
    final JsonNode want = golden.get("expected");
    assertEquals(want.get("E_child_mean").asDouble(), triggered, tolerance());
    assertEquals(
        want.get("bias").asDouble(), triggered - want.get("true_value").asDouble(), tolerance());
    assertEquals(want.get("E_if_trigger_is_distribution_entropy").asDouble(), always, tolerance());
  }
}
