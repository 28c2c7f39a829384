package dev.coppice.environments.filesystem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.EnvironmentContract;
import dev.coppice.environments.replay.ByteTokenizer;
import dev.coppice.environments.replay.GreedyLoop;
import dev.coppice.environments.replay.ReplayPolicy;
import dev.coppice.environments.tool.Toolbox;
import dev.coppice.environments.toolworld.WorldEnvironment;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.episode.Observation;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesystemEnvironmentTest extends EnvironmentContract {
  private static final String EPISODES =
      """
      {"id":"e0","question":[[{"role":"user","content":"Put a.txt into tmp."}],\
      [{"role":"user","content":"Show it."}]],\
      "initial_config":{"GorillaFileSystem":{"root":{"home":{"type":"directory","contents":{"a.txt":{"type":"file",\
      "content":"one\\ntwo"},"tmp":{"type":"directory","contents":{}}}}}}},\
      "involved_classes":["GorillaFileSystem"]}
      {"id":"e1","question":[[{"role":"user","content":"Write hello."}]],\
      "initial_config":{"GorillaFileSystem":{}},"involved_classes":["GorillaFileSystem"]}
      {"id":"e2","question":[[]],"initial_config":{},"involved_classes":["GorillaFileSystem","MathAPI"]}
      """;
  private static final String SOLUTIONS =
      """
      {"id":"e0","ground_truth":[["mv('a.txt', destination='tmp')","cd(folder='tmp')"],["cat('a.txt')"]]}
      {"id":"e1","ground_truth":[["touch('h')","echo(content='hello',file_name='h')"]]}
      {"id":"e2","ground_truth":[[]]}
      """;

  @TempDir private Path folder;

  @BeforeEach
  void writeEpisodes() throws IOException {
    Files.createDirectories(folder.resolve("possible_answer"));
    Files.writeString(folder.resolve("BFCL_v4_multi_turn_base.json"), EPISODES);
    Files.writeString(
        folder.resolve("possible_answer").resolve("BFCL_v4_multi_turn_base.json"), SOLUTIONS);
  }

  @Override
  protected Environment environment() {
    return new WorldEnvironment(new FilesystemTaskset(folder));
  }

  @Override
  protected String call(final Task task, final SplittableRandom random) {
    final String name = List.of("a.txt", "tmp", "b", "..").get(random.nextInt(4));
    return switch (random.nextInt(8)) {
      case 0 -> Toolbox.write("cd", Map.of("folder", name));
      case 1 -> Toolbox.write("mkdir", Map.of("dir_name", name));
      case 2 -> Toolbox.write("touch", Map.of("file_name", name));
      case 3 ->
          Toolbox.write("echo", Map.of("file_name", name, "content", "c" + random.nextInt(9)));
      case 4 -> Toolbox.write("mv", Map.of("source", "a.txt", "destination", name));
      case 5 -> Toolbox.write("rm", Map.of("file_name", name));
      case 6 -> Toolbox.write("find", Map.of());
      default -> "cd " + name;
    };
  }

  @Override
  protected String answer(final Task task, final SplittableRandom random) {
    return "done";
  }

  @Test
  void shouldPlayTheExampleOfTheFormat() throws Exception {
    final Environment environment = environment();
    final Episode episode = environment.start(environment.task(0), 0);

    final Observation moved =
        episode.call(
            "{\"name\":\"mv\",\"arguments\":{\"source\":\"a.txt\",\"destination\":\"tmp\"}}");
    final Observation refused =
        episode.call("{\"name\":\"cat\",\"arguments\":{\"file_name\":\"a.txt\"}}");
    episode.call("{\"name\":\"cd\",\"arguments\":{\"folder\":\"tmp\"}}");
    final Episode blind = episode.fork();
    final Observation shown =
        episode.call("{\"name\":\"cat\",\"arguments\":{\"file_name\":\"a.txt\"}}");

    assertEquals(2, environment.taskCount());
    assertTrue(episode.prompt().endsWith("\nPut a.txt into tmp.\nShow it.\n"), episode.prompt());
    assertEquals(
        "<tool_response>{\"result\":\"'a.txt' moved to 'tmp/a.txt'\"}</tool_response>",
        moved.text());
    assertEquals("{\"destination\":\"tmp\",\"source\":\"a.txt\"}", moved.arguments());
    assertEquals(ToolCall.Status.ILLEGAL, refused.status());
    assertEquals("<tool_response>{\"file_content\":\"one\\ntwo\"}</tool_response>", shown.text());
    assertEquals(1.0, episode.finish("done").reward());
    assertEquals(0.0, blind.finish("done").reward());
    assertEquals(1.0, blind.finish("done").components().get("state"));
    assertEquals(2.0 / 3, blind.finish("done").components().get("responses"), 1e-12);
  }

  @Test
  void shouldNotBeRewardedWhenTheFilesDiffer() throws Exception {
    final Environment environment = environment();
    final Episode episode = environment.start(environment.task(1), 0);
    episode.call(Toolbox.write("touch", Map.of("file_name", "h")));
    episode.call(Toolbox.write("echo", Map.of("file_name", "h", "content", "hallo")));

    assertEquals(0.0, episode.finish("done").components().get("state"));
    episode.call(Toolbox.write("echo", Map.of("file_name", "h", "content", "hello")));
    assertEquals(1.0, episode.finish("done").reward());
  }

  @Test
  void shouldTellStatesApartByFilesAndByTheCurrentDirectory() throws Exception {
    final Environment environment = environment();
    final Episode episode = environment.start(environment.task(0), 0);
    final String before = episode.digest();
    episode.call(Toolbox.write("ls", Map.of()));
    assertEquals(before, episode.digest());

    episode.call(Toolbox.write("cd", Map.of("folder", "tmp")));
    assertNotEquals(before, episode.digest());
    episode.call(Toolbox.write("cd", Map.of("folder", "..")));
    assertEquals(before, episode.digest());
    episode.call(Toolbox.write("touch", Map.of("file_name", "x")));
    assertNotEquals(before, episode.digest());
    episode.call(Toolbox.write("rm", Map.of("file_name", "x")));
    assertEquals(before, episode.digest());
  }

  @Test
  void shouldKeepADirectoryThatIsMovedOntoItselfAndACopyApartFromItsSource() throws Exception {
    final Environment environment = environment();
    final Episode episode = environment.start(environment.task(0), 0);
    final String before = episode.digest();

    final Observation self =
        episode.call(Toolbox.write("mv", Map.of("source", "tmp", "destination", "tmp")));
    assertEquals(ToolCall.Status.ILLEGAL, self.status());
    assertEquals(before, episode.digest());
    episode.call(Toolbox.write("cp", Map.of("source", "a.txt", "destination", "b.txt")));
    episode.call(Toolbox.write("echo", Map.of("file_name", "b.txt", "content", "new")));

    assertEquals(
        "<tool_response>{\"file_content\":\"one\\ntwo\"}</tool_response>",
        episode.call(Toolbox.write("cat", Map.of("file_name", "a.txt"))).text());
  }

  @Test
  void shouldEarnFullRewardWhenTheReferenceCallsAreReplayed() throws Exception {
    final WorldEnvironment environment = (WorldEnvironment) environment();
    final ByteTokenizer tokenizer = new ByteTokenizer();
    final GreedyLoop loop =
        new GreedyLoop(ReplayPolicy.of(environment, tokenizer), tokenizer, 1 << 15);

    for (int index = 0; index < environment.taskCount(); index++) {
      assertEquals(1.0, loop.run(environment, environment.task(index)).score().reward());
    }
  }

  @Test
  void shouldNameTheFileAndTheMendWhenTheDataIsMissingOrBroken() throws IOException {
    final Path empty = Files.createDirectory(folder.resolve("empty"));
    assertRefused("there is no file", empty);
    Files.writeString(folder.resolve("BFCL_v4_multi_turn_base.json"), "{\n");
    assertRefused("base.json:1: not JSON", folder);
    Files.writeString(
        folder.resolve("BFCL_v4_multi_turn_base.json"), EPISODES.replace("\"e1\"", "\"e9\""));
    assertRefused("has no solution: id=e9", folder);
  }

  private static void assertRefused(final String expected, final Path path) {
    final IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> new FilesystemTaskset(path));
    assertTrue(refusal.getMessage().contains(expected), refusal.getMessage());
  }
}
