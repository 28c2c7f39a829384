package dev.coppice.app.pretrain;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.training.demonstration.TaskKind;
import dev.coppice.training.supervised.TrainedPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class ShippedPolicyScoreTest {
  private static final long SEED = 77;

  @Test
  void shouldBeWorthSamplingOnHeldOutProblemsOfBothTasks() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(at.resolve("models/tiny-policy"))) {
      at = at.getParent();
    }
    try (TrainedPolicy policy = TrainedPolicy.open(at.resolve("models/tiny-policy"))) {
      for (final TaskKind kind : TaskKind.values()) {
        final PolicyScore score = new PolicyEvaluation(policy, 96, SEED).score(kind, 1.0, 16);

        final String row = score.row() + " seed=" + SEED;
        assertTrue(score.calls().wellFormed() >= 0.99, row);
        assertTrue(score.pass().share() >= 0.18 && score.pass().share() <= 0.60, row);
        assertTrue(score.distinct() >= 6, row);
      }
    }
  }
}
