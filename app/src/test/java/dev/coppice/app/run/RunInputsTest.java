package dev.coppice.app.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.app.config.ConfigLoader;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.RunFolderException;
import dev.coppice.app.serve.ServeJob;
import dev.coppice.app.train.TrainJob;
import dev.coppice.app.train.TrainProgress;
import dev.coppice.app.verify.RunVerifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Exchanges what a run was begun with: it does not go on, and verify says so. */
@Timeout(120)
class RunInputsTest {
  @TempDir private Path folder;
  private Path model;

  @BeforeEach
  void copyModel() throws IOException {
    model = Files.createDirectory(folder.resolve("policy"));
    try (Stream<Path> files = Files.list(Path.of("..", "models", "tiny-policy"))) {
      for (final Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, model.resolve(file.getFileName()));
      }
    }
  }

  private RunConfig config() {
    return new ConfigLoader()
        .override("run.out", folder.resolve("runs").toString())
        .override("model.path", model.toString())
        .override("task.environment", "drawers")
        .override("task.count", "2")
        .override("budget.computed-tokens", "600")
        .load();
  }

  /** Begins a run, exchanges something and goes on as a new process would. */
  private RunFolderException refusal(final Exchange exchange) throws Exception {
    final RunFolder run = run(config());
    exchange.in(run);
    return assertThrows(RunFolderException.class, () -> run(run));
  }

  private static RunFolder run(final RunConfig config) throws Exception {
    try (RunResources resources = RunResources.open(config)) {
      final RolloutJob job = new RolloutJob(config, resources, RunProgress.NONE);
      final RunFolder run = job.prepare(Path.of(config.run().out()));
      job.run(run);
      return run;
    }
  }

  private static void run(final RunFolder run) throws Exception {
    final RunConfig config = RolloutJob.configOf(run);
    try (RunResources resources = RunResources.open(config)) {
      new RolloutJob(config, resources, RunProgress.NONE).run(run);
    }
  }

  private interface Exchange {
    void in(RunFolder run) throws IOException;
  }

  private static void replace(final Path file, final String from, final String to)
      throws IOException {
    final String text = Files.readString(file);
    assertTrue(text.contains(from), from + " is not in " + text);
    Files.writeString(file, text.replace(from, to));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "temperature = 1.0 | temperature = 0.5 | sampling.temperature was 1.0 and is 0.5",
        "environment = \"drawers\" | environment = \"countdown\" | task.environment was drawers",
        "estimators = [\"grpo\", \"tree-grpo\"] | estimators = [\"rloo\"] | credit.estimators was",
        "seed = 1 | seed = 2 | run.seed was 1 and is 2",
        "count = 2 | count = 3 | task.count was 2 and is 3"
      })
  void shouldNotGoOnWithAnEditedConfiguration(final String from, final String to, final String told)
      throws Exception {
    final RunFolderException refused = refusal(run -> replace(run.config(), from, to));

    assertTrue(refused.getMessage().contains(told), refused.getMessage());
    assertTrue(refused.getMessage().contains("begin a new run"), refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"model.safetensors", "tokenizer.json", "config.json"})
  void shouldNotGoOnWithAnotherFileOfTheModelInPlace(final String name) throws Exception {
    final RunFolder run = run(config());
    final Path file = model.resolve(name);
    final byte[] bytes = Files.readAllBytes(file);
    if (name.endsWith(".json")) {
      Files.writeString(file, Files.readString(file) + "\n");
    } else {
      bytes[bytes.length - 3] ^= 1;
      Files.write(file, bytes);
    }

    final RunFolderException refused = assertThrows(RunFolderException.class, () -> run(run));
    final List<String> found = new RunVerifier(run).verify().differences();

    assertTrue(refused.getMessage().contains("model.path names"), refused.getMessage());
    assertTrue(found.stream().anyMatch(text -> text.contains("model.path names")), "" + found);
  }

  @Test
  void shouldGoOnAndFindNothingWhereNothingWasExchanged() throws Exception {
    final RunFolder run = run(config());

    run(run);

    assertEquals(List.of(), new RunVerifier(run).verify().differences());
  }

  @Test
  void shouldNotGoOnServingOrTrainingWithAnEditedConfiguration() throws Exception {
    final RunFolder served = ServeJob.prepare(config(), null);
    replace(served.config(), "temperature = 1.0", "temperature = 0.25");
    final RunConfig config = new ConfigLoader().file(served.config()).load();
    try (RunResources resources = RunResources.open(config)) {
      final ServeJob job = new ServeJob(config, served, resources, null);
      assertRefused(() -> job.run(announcement -> job.stop()));
    }

    final Path trained = folder.resolve("trained");
    TrainJob.begin(config(), trained, new TrainProgress(System.out));
    replace(trained.resolve("config.resolved.toml"), "temperature = 1.0", "temperature = 0.25");
    assertRefused(() -> TrainJob.resume(trained, new TrainProgress(System.out)));
  }

  private static void assertRefused(final org.junit.jupiter.api.function.Executable step) {
    final RunFolderException refused = assertThrows(RunFolderException.class, step);
    assertTrue(
        refused.getMessage().contains("sampling.temperature was 1.0 and is 0.25"),
        refused.getMessage());
  }
}
