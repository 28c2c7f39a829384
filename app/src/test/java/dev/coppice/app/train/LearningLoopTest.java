package dev.coppice.app.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.app.config.RunConfig;
import dev.coppice.app.run.ProjectPaths;
import dev.coppice.credit.shared.SharedTokenRule;
import dev.coppice.djl.reinforce.PolicySettings;
import dev.coppice.environments.arithmetic.Split;
import dev.coppice.environments.countdown.CountdownEnvironment;
import dev.coppice.environments.demonstration.TaskKind;
import dev.coppice.trajectory.SamplingSettings;
import java.nio.file.Files;
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
  void shouldRepeatARunExactlyFromItsSeedAndKeepToTheBudget() throws Exception {
    List<StepReport> first = run(1, "a");

    assertEquals(digests(first), digests(run(1, "b")));
    assertNotEquals(digests(first), digests(run(2, "c")));
    assertEquals(-1, Files.mismatch(weights("a"), weights("b")), "weights differ");
    long spent = first.stream().mapToLong(report -> report.cost().computedTokens()).sum();
    assertEquals(UPDATES * TOKENS, spent, 0.5 * TOKENS, "a group more or less");
    double mismatch =
        first.stream().mapToDouble(report -> report.update().mismatch()).max().orElse(1);
    assertTrue(mismatch < 1e-3, "recomputed log-probabilities are others: " + mismatch);
  }

  private Path weights(String name) {
    return scratch.resolve(name).resolve("model.safetensors");
  }

  private static List<String> digests(List<StepReport> reports) {
    return reports.stream()
        .map(report -> report.figures() + " " + report.update().loss())
        .toList();
  }

  private List<StepReport> run(long seed, String name) throws Exception {
    Path start = ProjectPaths.modelFolder("models/tiny-policy");
    LocalRollouts.Shape shape =
        new LocalRollouts.Shape("fixed", RunConfig.DEFAULT.tree(), 2, SamplingSettings.PLAIN);
    LoopSettings settings =
        new LoopSettings(
            start,
            UPDATES,
            TOKENS,
            1e-3,
            0.1,
            shape,
            new LoopSettings.Credit("coppice", Map.of(), SharedTokenRule.WEIGHTED),
            PolicySettings.DEFAULT,
            LoopSettings.Imitation.NONE,
            seed);
    List<StepReport> reports = new ArrayList<>();
    try (CountdownEnvironment environment = new CountdownEnvironment(Split.TRAIN, 200, 4);
        LearningLoop loop =
            new LearningLoop(
                settings,
                TaskKind.COUNTDOWN,
                new LocalRollouts(start, environment),
                scratch.resolve(name))) {
      loop.run(150, reports::add);
    }
    return reports;
  }
}
