package dev.coppice.app.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.coppice.app.config.ConfigLoader;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.run.RunProgress;
import dev.coppice.app.run.RunResources;
import dev.coppice.app.verify.RunVerifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole experiments on {@code drawers} with the shipped policy. */
@Timeout(300)
class ExperimentTest {
  @TempDir private Path folder;

  private static Path model() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(at.resolve("models/tiny-policy"))) {
      at = at.getParent();
    }
    return at.resolve("models/tiny-policy");
  }

  private static ConfigLoader loader() {
    return new ConfigLoader()
        .override("task.environment", "drawers")
        .override("task.count", "4")
        .override("model.path", model().toString())
        .override("experiment.pairs", "3")
        .override("experiment.treatments", "fold:rule,sampling.temperature=0.6,drop:note:1");
  }

  private ExperimentResult run(final RunConfig asked) throws InterruptedException {
    final RunConfig config = RunResources.settled(asked);
    try (RunResources resources = RunResources.open(config)) {
      return new ExperimentJob(config, resources, RunProgress.NONE).run(folder);
    }
  }

  private static JsonNode row(final ExperimentResult result, final int row) {
    return result.json().get("rows").get(row);
  }

  @ParameterizedTest
  @CsvSource({"gumbel,decision", "inverse-cdf,call:open", "none,before-fold"})
  void shouldGiveExactlyNothingForNothing(final String coupling, final String at)
      throws InterruptedException {
    final ExperimentResult result =
        run(
            loader()
                .override("experiment.coupling", coupling)
                .override("experiment.at", at)
                .override("experiment.fold-tokens", "40")
                .override("experiment.treatments", "sampling.temperature=0.6")
                .load());

    final JsonNode same = row(result, 0);
    assertEquals(0.0, same.get("effect").asDouble(), result.json().toString());
    assertEquals(0, same.get("worse_pairs").asInt() + same.get("better_pairs").asInt());
    assertEquals(0.0, same.get("computed_tokens").asDouble());
    assertEquals(0.0, same.get("cached_tokens").asDouble());
    assertEquals(12, same.get("pairs").asInt() + same.get("dropped_pairs").asInt());
    assertEquals(List.of(), new ExperimentCheck(result.root()).verify().differences());
  }

  @Test
  void shouldSaveTheCachedReadsOfWhatIsFolded() throws InterruptedException {
    final ExperimentResult result = run(loader().load());
    final JsonNode fold = row(result, 2);

    assertEquals("fold:rule", fold.get("treatment").asText());
    assertTrue(fold.get("cached_tokens").asDouble() < -100, fold.toString());
    assertTrue(Math.abs(fold.get("computed_tokens").asDouble()) < 10, fold.toString());
    assertEquals(12, fold.get("pairs").asInt() + fold.get("dropped_pairs").asInt());
  }

  @Test
  void shouldExportNothingToTrainers() throws InterruptedException, IOException {
    final ExperimentResult result = run(loader().override("task.count", "2").load());

    try (Stream<Path> files = Files.walk(result.root())) {
      assertEquals(List.of(), files.filter(file -> file.toString().endsWith(".arrow")).toList());
    }
  }

  @Test
  void shouldFindWhatIsChangedAfterwards() throws InterruptedException, IOException {
    final ExperimentResult result = run(loader().override("task.count", "2").load());
    final Path file = result.root().resolve(ExperimentResult.FILE);
    final String whole = Files.readString(file);
    final String effect = "\"better_pairs\" : ";
    final int at = whole.lastIndexOf(effect) + effect.length();
    Files.writeString(file, whole.substring(0, at) + "9" + whole.substring(at));

    final RunVerifier.Verdict verdict = new ExperimentCheck(result.root()).verify();

    assertFalse(verdict.differences().isEmpty());
    assertTrue(
        verdict.differences().getFirst().contains("better_pairs"),
        verdict.differences().toString());
  }

  @ParameterizedTest
  @CsvSource({
    "experiment.at,reward>0.5,experiment-selects-by-reward",
    "experiment.at,somewhere,experiment-wrong",
    "experiment.treatments,limits.calls=3,experiment-mixes-contracts",
    "experiment.treatments,sampling.draws=sequence,experiment-mixes-contracts",
    "experiment.treatments,drop:observation:0,experiment-wrong",
    "experiment.treatments,insert:no-such-file,experiment-wrong",
    "task.count,1,experiment-too-few-problems"
  })
  void shouldRefuseByName(final String key, final String value, final String code) {
    final RunConfig config = loader().override(key, value).load();

    final ExperimentException refused =
        assertThrows(ExperimentException.class, () -> ExperimentJob.check(config));

    assertEquals(code, refused.errorCode().name());
  }
}
