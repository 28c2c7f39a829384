package dev.coppice.app.pretrain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.arithmetic.CountdownProblem;
import dev.coppice.training.demonstration.ReferenceEpisode;
import dev.coppice.training.demonstration.TaskVocabulary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PretrainJobTest {
  @TempDir Path folder;

  @Test
  void shouldWriteTheSamePolicyTwiceFromOneSeed() throws IOException {
    run("first", 1);
    run("second", 1);
    run("other", 2);

    final byte[] first = Files.readAllBytes(folder.resolve("first/model.safetensors"));
    assertArrayEquals(first, Files.readAllBytes(folder.resolve("second/model.safetensors")));
    assertTrue(
        !Arrays.equals(first, Files.readAllBytes(folder.resolve("other/model.safetensors"))));
    assertTrue(first.length < 2_000_000, "bytes=" + first.length);
  }

  @Test
  void shouldScoreBothTasksAtEveryTemperature() throws IOException {
    final ByteArrayOutputStream text = new ByteArrayOutputStream();
    final PretrainJob job = new PretrainJob(new PrintStream(text, true, StandardCharsets.UTF_8));

    final List<PolicyScore> scores = job.run(new PretrainOptions(1, 2, folder.resolve("model"), 1));

    assertEquals(6, scores.size());
    assertTrue(
        scores.stream().allMatch(score -> score.pass().share() >= 0 && score.pass().share() <= 1));
    assertTrue(text.toString(StandardCharsets.UTF_8).contains("| drawers | greedy |"));
  }

  @Test
  void shouldCountTheEntropyOfACallWhereItsTokensAreChosen() {
    final TaskEpisode episode =
        new TaskEpisode(ReferenceEpisode.of(new CountdownProblem(List.of(8, 8, 5, 3), 29)));

    for (final int token : TaskVocabulary.encode("<call>8*3</call>24")) {
      episode.accept(token, 1.0);
    }

    // The opening tag is chosen outside of the call, the closing one inside.
    assertEquals(4, episode.callTokens());
    assertEquals(4.0, episode.callEntropyNats());
    assertEquals(3.0, episode.otherEntropyNats());
    assertEquals(7, episode.sampledTokens());
    assertEquals(4, episode.observedTokens());
  }

  private void run(final String name, final long seed) throws IOException {
    final PrintStream nowhere = new PrintStream(PrintStream.nullOutputStream());
    new PretrainJob(nowhere).run(new PretrainOptions(seed, 3, folder.resolve(name), 0));
  }
}
