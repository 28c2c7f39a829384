package dev.coppice.app.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.app.advantage.CreditInOrder;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.run.Policies;
import dev.coppice.bridge.wire.NodeRow;
import dev.coppice.bridge.wire.PackedGroup;
import dev.coppice.credit.AdvantageEstimator;
import dev.coppice.credit.Estimators;
import dev.coppice.credit.GroupAdvantages;
import dev.coppice.credit.forest.LearningFormula;
import dev.coppice.credit.shared.SharedTokenRule;
import dev.coppice.environments.arithmetic.Split;
import dev.coppice.environments.countdown.CountdownEnvironment;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.GroupResult;
import dev.coppice.scheduling.ChainPolicy;
import dev.coppice.training.demonstration.TaskKind;
import dev.coppice.training.policy.PolicySettings;
import dev.coppice.trajectory.SamplingSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LearningLoopTest {
  private static final int UPDATES = 3;
  private static final long TOKENS = 1_500;

  private static final LocalRollouts.Shape SYSTEMATIC =
      new LocalRollouts.Shape(
          new ChainPolicy(),
          8,
          SamplingSettings.PLAIN,
          EngineConfig.Coalescing.SYSTEMATIC.withIndependent(2));

  @TempDir Path scratch;

  @Test
  void shouldRepeatARunFromItsSeedAndKeepToTheBudget() throws Exception {
    final List<StepReport> first = run(1, "a");

    // On several threads the sums of a gradient have no fixed order; TrainKillTest runs on one and
    // compares bits.
    final List<StepReport> second = run(1, "b");
    assertEquals(first.getFirst().figures(), second.getFirst().figures());
    assertEquals(first.getFirst().update().loss(), second.getFirst().update().loss(), 1e-5);
    assertEquals(first.getLast().update().loss(), second.getLast().update().loss(), 1e-3);
    assertNotEquals(first.getFirst().figures(), run(2, "c").getFirst().figures());
    final long spent = first.stream().mapToLong(report -> report.cost().computedTokens()).sum();
    assertEquals(UPDATES * TOKENS, spent, 0.5 * TOKENS, "a group more or less");
    final double mismatch =
        first.stream().mapToDouble(report -> report.update().mismatch()).max().orElse(1);
    assertTrue(mismatch < 1e-3, "recomputed log-probabilities are others: " + mismatch);
  }

  @Test
  void shouldScoreGroupsWithTheSharesThatTheGroupsBeforeThemTold() throws Exception {
    final LoopSettings.Credit credit =
        new LoopSettings.Credit(
            "turn-share", Map.of(LearningFormula.BEHIND, "1"), SharedTokenRule.TRAIN_ONCE);
    final CreditInOrder inOrder = credit.inOrder();
    final Path start = ProjectFolder.root().resolve("models/tiny-policy");
    try (CountdownEnvironment environment = new CountdownEnvironment(Split.TRAIN, 200, 4);
        LocalRollouts rollouts = new LocalRollouts(start, environment)) {
      final List<GroupResult> groups = new ArrayList<>();
      final List<PackedGroup> packed = new ArrayList<>();
      for (int round = 0; round < 4; round++) {
        final LocalRollouts.Round grown = rollouts.grow(SYSTEMATIC, 10 * round, 10, 7);
        groups.addAll(grown.groups());
        packed.addAll(LearningLoop.packed(grown.groups(), inOrder));
      }
      final AdvantageEstimator estimator = Estimators.create("turn-share", Map.of());
      String learned = "";
      int weighed = 0;
      for (int g = 0; g < groups.size(); g++) {
        final String plan = Integer.toString(groups.get(g).decisionTurn());
        final AdvantageEstimator then =
            estimator.with(Map.of(LearningFormula.SHARES, learned, LearningFormula.DECISION, plan));
        final GroupAdvantages expected = then.estimate(groups.get(g).group());
        final GroupAdvantages unlearned = estimator.estimate(groups.get(g).group());
        for (final NodeRow row : packed.get(g).nodes()) {
          final int node = row.origin().source();
          final float[] wanted = expected.nodeAdvantages(row.origin().tree(), node);
          assertArrayEquals(wanted, row.columns().advantages(), "group " + g + " node " + node);
          weighed +=
              Arrays.equals(wanted, unlearned.nodeAdvantages(row.origin().tree(), node)) ? 0 : 1;
        }
        learned = estimator.advance(learned, then.observe(groups.get(g).group()));
      }
      assertTrue(weighed > 20, "nodes that what was learned weighs: " + weighed);
    }
  }

  @Test
  void shouldLearnSharesWhereAllGroupsAreDividedSystematically() throws Exception {
    final LoopSettings.Credit credit =
        new LoopSettings.Credit(
            "turn-share", Map.of(LearningFormula.BEHIND, "1"), SharedTokenRule.TRAIN_ONCE);
    final List<StepReport> reports = run(1, "shared", SYSTEMATIC, credit);
    for (final StepReport report : reports) {
      assertEquals("share", report.turns().lambda());
      assertTrue(report.update().halves().noise() > 0, "halves: " + report.update().halves());
      assertTrue(report.figures().leaves() > 3 * report.figures().groups());
    }
    final long spent = reports.stream().mapToLong(report -> report.cost().computedTokens()).sum();
    assertEquals(UPDATES * TOKENS, spent, 0.5 * TOKENS, "a group more or less");
  }

  private List<StepReport> run(final long seed, final String name) throws Exception {
    final LocalRollouts.Shape shape =
        new LocalRollouts.Shape(Policies.of("fixed", RunConfig.DEFAULT), 2, SamplingSettings.PLAIN);
    return run(
        seed, name, shape, new LoopSettings.Credit("coppice", Map.of(), SharedTokenRule.WEIGHTED));
  }

  private List<StepReport> run(
      final long seed,
      final String name,
      final LocalRollouts.Shape shape,
      final LoopSettings.Credit credit)
      throws Exception {
    final Path start = ProjectFolder.root().resolve("models/tiny-policy");
    final LoopSettings settings =
        new LoopSettings(
            start,
            new LoopSettings.Schedule(UPDATES, TOKENS, 1e-3, 0.1),
            shape,
            new LoopSettings.Objective(credit, PolicySettings.DEFAULT, LoopSettings.Imitation.NONE),
            seed);
    final List<StepReport> reports = new ArrayList<>();
    try (CountdownEnvironment environment = new CountdownEnvironment(Split.TRAIN, 200, 4);
        LearningLoop loop =
            new LearningLoop(
                settings,
                TaskKind.COUNTDOWN,
                new LocalRollouts(start, environment),
                scratch.resolve(name))) {
      loop.run(480, reports::add);
    }
    return reports;
  }
}
