package dev.coppice.app;

import static dev.coppice.app.CommandRuns.execute;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.app.CommandRuns.Result;
import dev.coppice.app.TreeSamples.End;
import dev.coppice.bridge.trace.TraceWriter;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.trajectory.Task;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Checks a user's own world out of a jar, and what the commands say of mixed contracts. */
@Timeout(120)
class OwnWorldCheckTest {
  private static final String NAME = "dev.me.MyWorld";
  private static final String COPIED = "new java.util.ArrayList<>(notes)";

  private static final String SOURCE =
      """
      package dev.me;

      import dev.coppice.episode.Score;
      import dev.coppice.environments.tool.Argument;
      import dev.coppice.environments.tool.SideEffect;
      import dev.coppice.environments.tool.SeenResults;
      import dev.coppice.environments.toolworld.MethodWorld;
      import dev.coppice.environments.toolworld.ToolMethod;
      import dev.coppice.environments.toolworld.ToolWorld;
      import dev.coppice.trajectory.Task;
      import java.util.List;
      import java.util.Map;

      public final class MyWorld extends MethodWorld {
        private List<Integer> notes = new java.util.ArrayList<>();

        @ToolMethod(value = "Adds a note.", effect = SideEffect.WRITE)
        public int add(@Argument(value = "The note.", name = "note") final int note) {
          notes.add(note);
          return notes.size();
        }

        @Override
        public void reset(final Task task, final long seed) {
          notes = new java.util.ArrayList<>();
        }

        @Override
        public ToolWorld fork() {
          final MyWorld fork = new MyWorld();
          fork.notes = new java.util.ArrayList<>(notes);
          return fork;
        }

        @Override
        public String digest() {
          return "notes " + notes;
        }

        @Override
        public Score reward(final String answer, final SeenResults seen) {
          return new Score(notes.size(), Map.of(), null);
        }
      }
      """;

  @TempDir private Path folder;

  private static String placeOf(final Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }

  /** Compiles a world as a user would and packs it. */
  private Path jar(final String source) throws Exception {
    final Path file = folder.resolve("dev/me/MyWorld.java");
    Files.createDirectories(file.getParent());
    Files.writeString(file, source);
    final String classpath = placeOf(ToolWorld.class) + File.pathSeparator + placeOf(Task.class);
    final var compiler = ToolProvider.getSystemJavaCompiler();
    assertNotNull(compiler, "the tests need a JDK");
    final ByteArrayOutputStream said = new ByteArrayOutputStream();
    final int status =
        compiler.run(null, said, said, "-proc:none", "-cp", classpath, file.toString());
    assertEquals(0, status, said.toString(StandardCharsets.UTF_8));
    final Path jar = folder.resolve("my.jar");
    pack(jar, folder.resolve("dev/me/MyWorld.class"));
    return jar;
  }

  private static void pack(final Path jar, final Path type) throws IOException {
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream packed = new JarOutputStream(out)) {
      packed.putNextEntry(new JarEntry("dev/me/MyWorld.class"));
      Files.copy(type, packed);
      packed.closeEntry();
    }
  }

  @Test
  void shouldEndWithStatus0WhenTheWorldOfAJarKeepsTheContract() throws Exception {
    final Path jar = jar(SOURCE);

    final Result result = execute("check", "--classpath", jar.toString(), "--episodes", "50", NAME);

    assertEquals(CoppiceCommand.DONE, result.status(), result.out() + result.err());
    assertTrue(result.out().contains("MyWorld"), result.out());
  }

  @Test
  void shouldEndWithStatus1AndTheShortestSequenceWhenAForkSharesItsState() throws Exception {
    assertTrue(SOURCE.contains(COPIED));
    final Path jar = jar(SOURCE.replace(COPIED, "notes"));

    final Result result = execute("check", "--classpath", jar.toString(), "--episodes", "50", NAME);

    assertEquals(1, result.status(), result.out() + result.err());
    assertTrue(result.out().contains("add"), "the calls that break it: " + result.out());
    assertTrue(result.out().contains("fork"), "and the fork: " + result.out());
    assertFalse(result.err().contains("\tat "), result.err());
  }

  @Test
  void shouldEndWithStatus2AndNameTheClassWhenTheJarLacksIt() throws Exception {
    final Path jar = jar(SOURCE);

    final String none = folder.resolve("no.jar").toString();
    for (final String classpath : List.of(jar.toString(), none)) {
      final Result result = execute("check", "--classpath", classpath, "dev.me.OtherWorld");

      assertEquals(CoppiceCommand.WRONG_CALL, result.status(), result.out() + result.err());
      assertTrue(
          result.err().contains(classpath.equals(none) ? none : "dev.me.OtherWorld"), result.err());
      assertFalse(result.err().contains("\tat "), result.err());
    }
  }

  @Test
  void shouldEndWithStatus2WhenTheClassIsNoWorld() {
    final Result result = execute("check", "java.lang.String");

    assertEquals(CoppiceCommand.WRONG_CALL, result.status(), result.out() + result.err());
    assertTrue(result.err().contains("neither a Taskset nor a ToolWorld"), result.err());
  }

  @Test
  void shouldRefuseToCreditAGroupThatMixesRuntimeContracts() throws Exception {
    final List<End> ends = List.of(new End("1+1", "2", 1), new End("2+2", "4", 0));
    final StringBuilder lines = new StringBuilder();
    for (int place = 0; place < 2; place++) {
      final byte[] line =
          TraceWriter.line(TreeSamples.tree("tree", "g7", place, 5, ends), List.of());
      lines.append(new String(line, StandardCharsets.UTF_8));
    }
    final String sound = "\"runtime_contract\":\"persistent\"";
    final int second = lines.lastIndexOf(sound);
    assertTrue(lines.indexOf(sound) < second, "the contract is in each line: " + lines);
    final Path traces = folder.resolve("traces.jsonl");
    Files.writeString(traces, lines);
    final Result before = execute("credit", "--estimator", "grpo", traces.toString());
    lines.replace(second, second + sound.length(), "\"runtime_contract\":\"reset_per_branch\"");
    Files.writeString(traces, lines);

    final Result mixed = execute("credit", "--estimator", "grpo", traces.toString());

    assertEquals(CoppiceCommand.DONE, before.status(), before.err());
    assertFalse(mixed.status() == CoppiceCommand.DONE, mixed.out());
    assertTrue(mixed.err().contains("mixes runtime contracts"), mixed.err());
    assertTrue(mixed.err().contains("group=g7"), mixed.err());
    assertTrue(mixed.err().contains("persistent,reset_per_branch"), mixed.err());
  }
}
