package dev.coppice.credit.golden;

import static dev.coppice.credit.golden.GoldenCases.estimator;
import static dev.coppice.credit.golden.GoldenCases.find;
import static dev.coppice.credit.golden.GoldenCases.names;
import static dev.coppice.credit.golden.GoldenCases.run;
import static dev.coppice.credit.golden.GoldenCases.tolerance;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.coppice.credit.GroupAdvantages;
import dev.coppice.credit.fixture.TreeScript;
import dev.coppice.credit.golden.GoldenCases.Named;
import dev.coppice.credit.shared.LossAggregation;
import dev.coppice.credit.shared.SharedTokenRule;
import dev.coppice.credit.shared.SharedTokens;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Reference vectors of tool tokens and of tokens that several trajectories share. */
class ToolGoldenTest {
  @Test
  void shouldScoreG11ToolPo() {
    final JsonNode golden = find("G11");
    final JsonNode in = golden.get("input");
    final TrajectoryTree[] trees = new TrajectoryTree[in.get("R_succ").size()];
    for (int t = 0; t < trees.length; t++) {
      final TreeScript script = new TreeScript(t);
      int last = 0;
      for (final JsonNode correct : in.at("/correct_calls/" + t)) {
        last = script.observation(script.call(last, correct.asInt() == 1));
      }
      last = script.action(last, 2);
      final Map<String, Double> parts = Map.of("fold_preference", in.at("/S_pref/" + t).asDouble());
      script.leaf(last, in.at("/R_succ/" + t).asDouble(), LeafStatus.COMPLETED, parts);
      trees[t] = script.tree();
    }
    final GroupAdvantages actual =
        estimator(
                "toolpo",
                "lambda_call=" + in.get("lambda1").asText(),
                "lambda_pref=" + in.get("lambda2").asText())
            .estimate(TreeScript.groupOf(trees));
    for (int t = 0; t < trees.length; t++) {
      final double tool = golden.at("/expected/tool_tokens/" + t).asDouble();
      final double other = golden.at("/expected/other_tokens/" + t).asDouble();
      assertEquals(golden.at("/expected/A_succ/" + t).asDouble(), actual.leafAdvantage(t, 0));
      final float[] call = actual.nodeAdvantages(t, 1);
      assertEquals(other, call[1], tolerance(), "thought of tree " + t);
      assertEquals(tool, call[2], tolerance(), "call of tree " + t);
      assertNull(actual.nodeAdvantages(t, 2), "observation of tree " + t);
      final int answer = trees[t].nodes().size() - 1;
      assertEquals(other, actual.nodeAdvantages(t, answer)[0], tolerance(), "answer of tree " + t);
    }
  }

  /** An estimator that hands out the golden leaf scalars is dr-grpo on those rewards. */
  @Test
  void shouldScoreG15SharedPrefix() {
    final JsonNode golden = find("G15");
    final JsonNode want = golden.get("expected");
    final Named tree = Named.g06();
    final JsonNode scalars = golden.at("/input/leaf_adv");
    final GroupAdvantages advantages = run(tree.group(), "dr-grpo");
    tree.assertLeavesByName(scalars, advantages);
    tree.assertNodes(want.get("arpo_hard_shared_adv"), run(tree.group(), "dr-grpo"));
    final Map<String, Double> token = coefficients(tree, advantages, LossAggregation.TOKEN_MEAN);
    final Map<String, Double> row =
        coefficients(tree, advantages, LossAggregation.SEQ_MEAN_TOKEN_MEAN);
    final SharedTokens shared =
        new SharedTokens(tree.group(), SharedTokenRule.TRAIN_ONCE, LossAggregation.TOKEN_MEAN);
    for (final String name : names(want.get("multiplicity"))) {
      final int node = tree.id().get(name);
      final int times = want.at("/multiplicity/" + name).asInt();
      assertEquals(want.at("/token_coeff_token_mean/" + name).asDouble(), token.get(name), 1e-9);
      assertEquals(
          want.at("/token_coeff_seq_mean_token_mean/" + name).asDouble(), row.get(name), 1e-9);
      assertEquals(times, shared.multiplicity(0, node), name);
      final double once = advantages.nodeValue(0, node) * times / shared.denominator();
      assertEquals(token.get(name), once, 1e-12, name);
    }
    final double flat = shared.denominator();
    assertEquals(want.get("tokens_duplicated").asDouble(), flat);
    assertEquals(want.get("tokens_dedup").asLong(), shared.packedTokens());
    assertEquals(want.get("reuse_ratio").asDouble(), flat / shared.packedTokens(), 1e-12);
  }

  @Test
  void shouldGiveArposHardRuleTheMeanAndItsSoftRuleTheSum() {
    final Named tree = Named.g06();
    final GroupAdvantages grpo = run(tree.group(), "grpo");
    final GroupAdvantages hard = run(tree.group(), "arpo", "rule=hard");
    final GroupAdvantages soft = run(tree.group(), "arpo", "rule=soft");
    final int times = find("G15").at("/expected/multiplicity/B").asInt();
    final int b = tree.id().get("B");
    assertEquals(grpo.nodeValue(0, b), hard.nodeValue(0, b));
    assertEquals(times * hard.nodeValue(0, b), soft.nodeValue(0, b), 1e-12);
  }

  private static Map<String, Double> coefficients(
      final Named tree, final GroupAdvantages advantages, final LossAggregation aggregation) {
    final TrajectoryGroup group = tree.group();
    final double[][] found =
        new SharedTokens(group, SharedTokenRule.TRAIN_ONCE, aggregation)
            .leafCoefficients(advantages);
    final Map<String, Double> named = new HashMap<>();
    tree.id().forEach((name, node) -> named.put(name, found[0][node]));
    return named;
  }
}
