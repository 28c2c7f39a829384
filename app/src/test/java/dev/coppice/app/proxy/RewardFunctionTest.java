package dev.coppice.app.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.ConfigLoader;
import dev.coppice.app.config.RunConfig;
import dev.coppice.environments.replay.ByteTokenizer;
import dev.coppice.proxy.recorded.Ending;
import dev.coppice.proxy.recorded.RecordEvent;
import dev.coppice.proxy.recorded.RecordLog;
import dev.coppice.proxy.recorded.Recording;
import dev.coppice.proxy.recorded.Rollout;
import dev.coppice.proxy.recorded.RolloutName;
import dev.coppice.proxy.recorded.TalkReader;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.SamplingSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RewardFunctionTest {
  private static final String FUNCTIONS =
      """
      import time
      def good(rollout):
          print("what a function prints is no answer")
          return {"reward": len(rollout["answer"]), "components": {"task": rollout["task"] == "t"}}
      def raises(rollout):
          raise KeyError("no such thing")
      def endless(rollout):
          return float("inf")
      def hangs(rollout):
          time.sleep(100)
      """;

  @TempDir private Path folder;

  @BeforeEach
  void needsPython() {
    try {
      final Process python = new ProcessBuilder("python3", "--version").start();
      Assumptions.assumeTrue(python.waitFor() == 0, "python3 does not run");
    } catch (final IOException e) {
      Assumptions.abort("there is no python3");
    } catch (final InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private RunConfig config(final String name) throws IOException {
    final Path file = folder.resolve("rewards.py");
    Files.writeString(file, FUNCTIONS);
    return new ConfigLoader()
        .override("proxy.reward", file + ":" + name)
        .override("proxy.reward-seconds", "3")
        .load();
  }

  private Ending score(final String name) throws IOException {
    final RecordLog log =
        new RecordLog() {
          @Override
          public void append(final RecordEvent event) {}

          @Override
          public void force() {}
        };
    final Recording recording =
        new Recording(
            new Recording.Rules("run", "run/agents", 1, 1, 1),
            log,
            group -> {},
            new TalkReader(null, new ByteTokenizer()),
            () -> 0);
    final Rollout rollout =
        recording.open(new RolloutName("-", "t", "a"), "{}", SamplingSettings.PLAIN);
    final Ending unscored =
        Ending.of(LeafStatus.COMPLETED, new Ending.Scored(null, Map.of(), "four"));
    try (PythonScorer scorer = PythonScorer.of(config(name))) {
      return scorer.score(recording, rollout, unscored);
    }
  }

  @Test
  void shouldScoreByThePythonFunction() throws IOException {
    final Ending ending = score("good");

    assertEquals(4.0, ending.reward());
    assertEquals(Map.of("task", 1.0), ending.components());
    assertEquals("four", ending.answer());
  }

  @Test
  void shouldFailTheRolloutWhereTheFunctionRaisesHangsOrAnswersNonsense() throws IOException {
    assertTrue(score("raises").failure().message().contains("no such thing"));
    assertEquals("reward_failed", score("endless").failure().code());
    assertEquals("reward_timeout", score("hangs").failure().code());
    assertEquals(null, score("hangs").reward());
  }

  @Test
  void shouldNameAFunctionThatIsNotThere() {
    final ConfigException missing =
        assertThrows(ConfigException.class, () -> PythonScorer.of(config("missing")));

    assertTrue(missing.getMessage().contains("missing"), missing.getMessage());
  }
}
