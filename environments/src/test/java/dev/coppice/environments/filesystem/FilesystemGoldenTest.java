package dev.coppice.environments.filesystem;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.environments.Environments;
import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.canonical.StateDigest;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.tool.Toolbox;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolRequest;
import dev.coppice.environments.toolworld.ToolResult;
import dev.coppice.environments.toolworld.ToolboxWorld;
import dev.coppice.fixture.OwnData;
import dev.coppice.fixture.SharedData;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Compares the tools with the published implementation of BFCL, which was run once to write the
 * golden files: outcomes of the 13 episodes as digests, and 1,600 random calls on a tree of our own.
 */
class FilesystemGoldenTest {
  @Test
  void shouldReproduceTheOutcomeOfEveryEpisodeThatNeedsTheFileSystemAlone() throws Exception {
    final FilesystemTaskset tasks = new FilesystemTaskset(SharedData.find("data/bfcl"));
    final List<String> found = new ArrayList<>();

    for (int index = 0; index < tasks.taskCount(); index++) {
      final Task task = tasks.task(index);
      final ToolboxWorld<FileSystem> world = tasks.open();
      world.reset(task, 0);
      final List<String> results = new ArrayList<>();
      SeenResults seen = SeenResults.NOTHING;
      int errors = 0;
      for (final Taskset.Call call : tasks.solution(task).calls()) {
        final ToolResult result = world.call(new ToolRequest(call.tool(), call.arguments(), 0));
        final boolean worked = result.status() == ToolCall.Status.OK;
        errors += worked ? 0 : 1;
        seen = worked ? seen.and(result.text(), null) : seen;
        results.add(result.text());
      }
      assertEquals(1.0, world.reward("done", seen).reward(), task.id());
      found.add(
          String.join(
              "\t",
              task.id().substring("filesystem/".length()),
              digest(world.state()),
              StateDigest.of(String.join("\n", results)),
              String.valueOf(results.size()),
              String.valueOf(errors)));
    }

    assertEquals(resource("bfcl-golden.tsv").lines().toList(), found);
  }

  /** {@code own_golden.py}, a reading of its own of what the tools do, wrote the golden file. */
  @Test
  void shouldReproduceTheOutcomeOfEveryOwnEpisode() throws Exception {
    final Path own = OwnData.find(Environments.class, "own/filesystem");
    final FilesystemTaskset tasks = new FilesystemTaskset(own);
    final List<String> golden = Files.readAllLines(own.resolve("golden.jsonl"));

    assertEquals(golden.size(), tasks.taskCount());
    for (int index = 0; index < tasks.taskCount(); index++) {
      final Task task = tasks.task(index);
      final ToolboxWorld<FileSystem> world = tasks.open();
      world.reset(task, 0);
      final List<Object> results = new ArrayList<>();
      for (final Taskset.Call call : tasks.solution(task).calls()) {
        final ToolResult result = world.call(new ToolRequest(call.tool(), call.arguments(), 0));
        final boolean worked = result.status() == ToolCall.Status.OK;
        results.add(worked ? value(result.text()) : "refused");
      }
      final Map<String, Object> found =
          Map.of(
              "id",
              task.id().substring("filesystem/".length()),
              "results",
              results,
              "files",
              plain(world.state().atRoot().here()));
      assertEquals(
          CanonicalJson.write(CanonicalJson.read(golden.get(index))), CanonicalJson.write(found));
    }
  }

  private static Object value(final String text) {
    return CanonicalJson.read("{\"r\":" + text + "}").get("r");
  }

  private static Object plain(final Node node) {
    if (node instanceof Node.TextFile file) {
      return file.content();
    }
    final Map<String, Object> entries = new TreeMap<>();
    final Directory directory = (Directory) node;
    directory.names().forEach(name -> entries.put(name, plain(directory.get(name))));
    return entries;
  }

  @Test
  void shouldTakeTheArgumentsThatOurOwnListNames() throws IOException {
    final Map<String, Object> listed = new TreeMap<>();
    for (final String line :
        Files.readAllLines(OwnData.find(Environments.class, "own/filesystem/arguments.jsonl"))) {
      final Map<String, Object> tool = CanonicalJson.read(line);
      listed.put(
          (String) tool.get("name"),
          Map.of("types", tool.get("types"), "required", tool.get("required")));
    }

    final Map<String, Object> derived = new TreeMap<>();
    FileTools.toolbox().tools().forEach(tool -> derived.put(tool.name(), shape(tool.schema())));

    assertEquals(listed, derived);
  }

  @Test
  void shouldAnswerRandomCallsAsThePublishedToolsDo() throws Exception {
    final Toolbox<FileSystem> tools = FileTools.toolbox();
    int calls = 0;
    for (final String line : resource("fuzz-golden.jsonl").lines().toList()) {
      final Map<String, Object> golden = CanonicalJson.read(line);
      final List<?> expected = (List<?>) golden.get("results");
      FileSystem files = FileSystem.read(CanonicalJson.read(resource("fuzz-config.json")));
      int index = 0;
      for (final Object call : (List<?>) golden.get("calls")) {
        final Toolbox.Replayed<FileSystem> replayed =
            tools.replay(files, List.of(CanonicalJson.write(call)));
        files = replayed.state();
        final String result = replayed.results().isEmpty() ? "ERR" : replayed.results().getFirst();
        assertEquals(expected.get(index++), result, "call " + index + " " + call);
        calls++;
      }
      assertEquals(golden.get("state"), digest(files));
    }

    assertEquals(1_600, calls);
  }

  @Test
  void shouldTakeTheArgumentsThatThePublishedDocumentationLists() throws IOException {
    final Map<String, Object> documented = new TreeMap<>();
    for (final String line :
        Files.readAllLines(
            SharedData.find("data/bfcl/multi_turn_func_doc/gorilla_file_system.json"))) {
      final Map<String, Object> tool = CanonicalJson.read(line);
      documented.put((String) tool.get("name"), shape(tool));
    }

    final Map<String, Object> derived = new TreeMap<>();
    FileTools.toolbox().tools().forEach(tool -> derived.put(tool.name(), shape(tool.schema())));

    assertEquals(documented, derived);
  }

  private static Map<String, Object> shape(final Map<String, Object> tool) {
    final Map<?, ?> parameters = (Map<?, ?>) tool.get("parameters");
    final Map<String, Object> types = new TreeMap<>();
    ((Map<?, ?>) parameters.get("properties"))
        .forEach((name, property) -> types.put((String) name, ((Map<?, ?>) property).get("type")));
    return Map.of("types", types, "required", parameters.get("required"));
  }

  private static String digest(final FileSystem files) {
    final FileSystem root = files.atRoot();
    return StateDigest.of(CanonicalJson.write(json(root.here())));
  }

  private static Object json(final Node node) {
    if (node instanceof Node.TextFile file) {
      return Map.of("f", file.content());
    }
    final Map<String, Object> entries = new TreeMap<>();
    final Directory directory = (Directory) node;
    directory.names().forEach(name -> entries.put(name, json(directory.get(name))));
    return Map.of("d", entries);
  }

  private static String resource(final String name) throws IOException {
    try (InputStream stream = FilesystemGoldenTest.class.getResourceAsStream(name)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
