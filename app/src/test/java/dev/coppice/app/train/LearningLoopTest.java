package dev.coppice.app.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.app.config.RunConfig;
import dev.coppice.app.run.Policies;
import dev.coppice.credit.shared.SharedTokenRule;
import dev.coppice.environments.arithmetic.Split;
import dev.coppice.environments.countdown.CountdownEnvironment;
import dev.coppice.training.demonstration.TaskKind;
import dev.coppice.training.policy.PolicySettings;
import dev.coppice.trajectory.SamplingSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LearningLoopTest {
  private static final int UPDATES = 3;
  private static final long TOKENS = 1_500;

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

  private List<StepReport> run(long seed, String name) throws Exception {
    Path start = ProjectFolder.root().resolve("models/tiny-policy");
    LocalRollouts.Shape shape =
        new LocalRollouts.Shape(Policies.of("fixed", RunConfig.DEFAULT), 2, SamplingSettings.PLAIN);
    LoopSettings settings =
        new LoopSettings(
            start,
            new LoopSettings.Schedule(UPDATES, TOKENS, 1e-3, 0.1),
            shape,
            new LoopSettings.Objective(
                new LoopSettings.Credit("coppice", Map.of(), SharedTokenRule.WEIGHTED),
                PolicySettings.DEFAULT,
                LoopSettings.Imitation.NONE),
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
