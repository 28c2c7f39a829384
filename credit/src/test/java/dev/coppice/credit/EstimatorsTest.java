package dev.coppice.credit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.credit.fixture.RandomTrees;
import dev.coppice.credit.fixture.TreeScript;
import dev.coppice.trajectory.TrajectoryGroup;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EstimatorsTest {
  private static String refusal(final String name, final Map<String, String> options) {
    return assertThrows(IllegalArgumentException.class, () -> Estimators.create(name, options))
        .getMessage();
  }

  @Test
  void shouldKnowEveryEstimatorOfTheFormat() {
    final List<String> asked =
        List.of(
            "grpo",
            "rloo",
            "dr-grpo",
            "tree-grpo",
            "treerl",
            "treepo",
            "spo-tree",
            "spo-chain",
            "gigpo",
            "at2po",
            "vineppo",
            "toolpo",
            "arpo",
            "coppice");

    assertTrue(Estimators.names().containsAll(asked), Estimators.names().toString());
    for (final String name : asked) {
      assertEquals(name, Estimators.create(name, Map.of()).name());
    }
  }

  @Test
  void shouldListKnownEstimatorsWhenTheNameIsUnknown() {
    final String message = refusal("grop", Map.of());

    assertTrue(message.contains("estimator=grop"), message);
    assertTrue(message.contains("grpo, rloo, dr-grpo"), message);
  }

  @Test
  void shouldListKnownOptionsWhenTheKeyIsUnknown() {
    final String message = refusal("grpo", Map.of("sdt", "none"));

    assertTrue(message.contains("option=sdt"), message);
    assertTrue(message.contains("std=sample|none (default sample)"), message);
  }

  @Test
  void shouldListKnownValuesWhenAValueIsUnknown() {
    assertTrue(refusal("grpo", Map.of("std", "nun")).contains("std=nun; known: std=sample|none"));
    assertTrue(refusal("gigpo", Map.of("gamma", "NaN")).contains("gamma=NaN"));
    assertTrue(refusal("gigpo", Map.of("gamma", "-1")).contains("gamma=-1"));
    assertTrue(refusal("coppice", Map.of("global", "1.5")).contains("global=1.5"));
  }

  @Test
  void shouldCarryItsOptionsWithDefaultsFilledIn() {
    final GroupAdvantages advantages =
        Estimators.create("grpo", Map.of("std", "none")).estimate(TreeScript.chains(1, 0));

    assertEquals("grpo", advantages.estimator());
    assertEquals(
        Map.of("std", "none", "singleton", "reward", "shared", "mean"), advantages.options());
  }

  @Test
  void shouldGiveSharedNodesTheSumWhenAskedTo() {
    final TrajectoryGroup group = RandomTrees.group(7);
    final GroupAdvantages mean = Estimators.create("tree-grpo", Map.of()).estimate(group);
    final GroupAdvantages sum =
        Estimators.create("tree-grpo", Map.of("shared", "sum")).estimate(group);

    final int node = 1;
    double total = 0.0;
    for (int l = 0; l < group.trees().get(0).leaves().size(); l++) {
      final int at = group.trees().get(0).leaves().get(l).node();
      final double value = mean.leafAdvantage(0, l);
      final boolean below = at >= node && at < group.trees().get(0).subtreeEnd(node);
      total += below && !Double.isNaN(value) ? value : 0.0;
    }
    assertEquals(total, sum.nodeValue(0, node), 1e-12);
  }

  @Test
  void shouldExplainEveryNodeOfEveryEstimator() {
    final TrajectoryGroup group = RandomTrees.group(3);
    for (final String name : Estimators.names()) {
      final AdvantageEstimator estimator = Estimators.create(name, Map.of());
      final GroupAdvantages advantages = estimator.estimate(group);
      for (int node = 0; node < group.trees().get(0).nodes().size(); node++) {
        final List<String> lines = estimator.explain(group, 0, node);
        assertTrue(lines.get(0).contains("node " + node), lines.toString());
        assertTrue(lines.get(1).contains("path weight"), lines.toString());
        if (advantages.isScored(0, node)) {
          final String value =
              String.format(java.util.Locale.ROOT, "%.6g", advantages.nodeValue(0, node));
          assertTrue(lines.getLast().contains("advantage " + value), lines.toString());
        }
      }
      assertThrows(IllegalArgumentException.class, () -> estimator.explain(group, 0, 9999));
      assertThrows(IllegalArgumentException.class, () -> estimator.explain(group, 9, 0));
    }
  }

  @Test
  void shouldTakeOptionsThatHaveTypesAsItTakesTexts() {
    final TrajectoryGroup group = RandomTrees.group(5);
    final GroupAdvantages texts =
        Estimators.create("coppice", Map.of("global", "0.25")).estimate(group);
    final GroupAdvantages types =
        Estimators.create("coppice", Map.of("global", 0.25)).estimate(group);
    final GroupAdvantages usual = Estimators.create("coppice", Map.of()).estimate(group);

    assertEquals(texts.options(), types.options());
    boolean differs = false;
    for (int node = 1; node < group.trees().get(0).nodes().size(); node++) {
      assertEquals(texts.nodeValue(0, node), types.nodeValue(0, node), 0.0);
      differs |= Double.compare(texts.nodeValue(0, node), usual.nodeValue(0, node)) != 0;
    }
    assertTrue(differs, "the option changes advantages");
  }

  @Test
  void shouldWriteTheOptionsItShipsWithAsItAlwaysDid() {
    final GroupAdvantages toolpo =
        Estimators.create("toolpo", Map.of()).estimate(TreeScript.chains(1, 0));

    assertEquals(
        "{lambda_call=0.5, lambda_pref=1.0, calls=sum, cap=0, preference=fold_preference,"
            + " shared=mean}",
        toolpo.options().toString());
  }
}
