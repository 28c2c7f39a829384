package dev.coppice.app;

import static dev.coppice.app.CommandRuns.execute;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.app.CommandRuns.Result;
import dev.coppice.app.arguments.PlugPath;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Gives commands class paths that are wrong, and says what they must answer. */
@Timeout(120)
class PlugPathTest {
  private static final String SERVICE = "META-INF/services/dev.coppice.scheduling.PolicyPlug";

  private static final String SOURCE =
      """
      package dev.me;

      import dev.coppice.plug.NamedPlug;
      import dev.coppice.plug.PlugOptions;
      import dev.coppice.scheduling.BranchingPolicy;
      import dev.coppice.scheduling.PolicyPlug;

      public final class Mine extends NamedPlug implements PolicyPlug {
        public Mine() {
          super("mine", "Never forks.");
        }

        @Override
        public BranchingPolicy make(final PlugOptions options) {
          return () -> "mine";
        }
      }
      """;

  private static final String OPTION =
      "super(\"policy\", \"Never forks.\", PlugOption.flag(\"so\", true, \"A flag.\"));";
  private static final String IMPORTS =
      "import dev.coppice.plug.PlugOption;\nimport dev.coppice.plug.PlugOptions;";

  @TempDir private Path folder;

  private String plugs(final String source) throws IOException {
    return PageListings.compiled(
            folder, Map.of("dev/me/Mine.java", source, SERVICE, "dev.me.Mine\n"))
        .toString();
  }

  private static void assertRefused(final String classpath, final String... parts) {
    final Result result = execute("list", "--classpath", classpath);

    assertEquals(CoppiceCommand.WRONG_CALL, result.status(), result.all());
    for (final String part : parts) {
      assertTrue(result.err().contains(part), result.all());
    }
    assertFalse(result.err().contains("\tat "), result.all());
  }

  @Test
  void shouldFindAPolicyThatSaysNothingButItsName() throws IOException {
    final Result result = execute("list", "policies", "--classpath", plugs(SOURCE));

    assertEquals(CoppiceCommand.DONE, result.status(), result.all());
    assertTrue(result.out().contains("mine"), result.all());
    assertTrue(result.out().contains("Never forks."), result.all());
  }

  @Test
  void shouldFindAPlugInAJarBesideAnotherThatOffersNone() throws IOException {
    final Path out = Path.of(plugs(SOURCE));
    final Path jar = folder.resolve("mine.jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream packed = new JarOutputStream(file)) {
      for (final String name : List.of("dev/me/Mine.class", SERVICE)) {
        packed.putNextEntry(new JarEntry(name));
        Files.copy(out.resolve(name), packed);
        packed.closeEntry();
      }
    }
    final Path other = Files.createDirectories(folder.resolve("other"));

    final Result result = execute("list", "--classpath", other + File.pathSeparator + jar);

    assertEquals(CoppiceCommand.DONE, result.status(), result.all());
    assertTrue(result.out().contains("mine"), result.all());
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "serve", "train", "check", "credit", "report", "verify", "list"})
  void shouldRefuseAnEntryThatIsNotThereInEveryCommand(final String command) {
    final String none = folder.resolve("no.jar").toString();
    final String[] arguments =
        switch (command) {
          case "check" -> new String[] {command, "drawers", "--classpath", none};
          case "credit" ->
              new String[] {command, "--estimator", "grpo", "t.jsonl", "--classpath", none};
          case "report", "verify" -> new String[] {command, folder.toString(), "--classpath", none};
          default -> new String[] {command, "--classpath", none};
        };

    final Result result = execute(arguments);

    assertEquals(CoppiceCommand.WRONG_CALL, result.status(), result.all());
    assertTrue(result.err().contains("there is no such jar or folder: " + none), result.all());
  }

  @Test
  void shouldRefuseWhatIsNoJarOrOffersNothing() throws IOException {
    final Path text = Files.writeString(folder.resolve("text.jar"), "no jar");
    final Path empty = Files.createDirectories(folder.resolve("empty"));

    assertRefused(text.toString(), "this is no jar", text.toString());
    assertRefused(empty.toString(), "offers no plug", SERVICE, "docs/EXTENDING.md");
  }

  @Test
  void shouldRefuseAPlugThatCannotBeMadeAndNameIt() throws IOException {
    final String broken =
        SOURCE.replace(
            "super(\"mine\", \"Never forks.\");",
            "super(\"mine\", \"Never forks.\"); if (true) throw new RuntimeException(\"no ink\");");

    assertRefused(plugs(broken), "dev.me.Mine", "no ink");
  }

  @Test
  void shouldRefuseAPlugThatTakesANameAndNameBothClasses() throws IOException {
    assertRefused(
        plugs(SOURCE.replace("\"mine\"", "\"chain\"")),
        "policy=chain",
        "dev.me.Mine",
        "dev.coppice.scheduling.ChainPolicy$Offer");
  }

  @Test
  void shouldRefuseAPlugWhoseOptionsWouldStandUnderAKey() throws IOException {
    final String policy =
        SOURCE
            .replace("super(\"mine\", \"Never forks.\");", OPTION)
            .replace("import dev.coppice.plug.PlugOptions;", IMPORTS);

    final Result result = execute("run", "--help", "--classpath", plugs(policy));

    assertEquals(CoppiceCommand.WRONG_CALL, result.status(), result.all());
    assertTrue(result.err().contains("key=tree.policy"), result.all());
    assertTrue(result.err().contains("dev.me.Mine"), result.all());
  }

  @Test
  void shouldRefuseAKindThatIsNone() {
    final Result result = execute("list", "polices");

    assertEquals(CoppiceCommand.WRONG_CALL, result.status(), result.all());
    assertTrue(result.err().contains("known are policies, estimators, environments"), result.all());
  }

  @Test
  void shouldHandItsEntriesToAProcessThisOneStarts() throws IOException {
    final ClassLoader before = Thread.currentThread().getContextClassLoader();
    try {
      assertEquals(List.of(), PlugPath.forChild());
      final PlugPath path = new PlugPath();
      final String out = plugs(SOURCE);
      new CommandLine(CommandLine.Model.CommandSpec.create().addMixin("p", spec(path)))
          .parseArgs("--classpath", out);

      path.install();

      assertEquals(List.of("--classpath", out), PlugPath.forChild());
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  private static CommandLine.Model.CommandSpec spec(final PlugPath path) {
    return CommandLine.Model.CommandSpec.forAnnotatedObject(path);
  }

  @Test
  void shouldCheckTheWorldOfTheDocumentByItsClassAsTheDocumentSays() throws IOException {
    final String source = PageListings.fenced("docs/WORLDS.md", "java").getFirst();
    final String imports =
        """
        package dev.me;

        import dev.coppice.environments.tool.Argument;
        import dev.coppice.environments.tool.SeenResults;
        import dev.coppice.environments.tool.SideEffect;
        import dev.coppice.environments.toolworld.*;
        import dev.coppice.episode.Score;
        import dev.coppice.trajectory.Task;
        import java.util.Map;

        """;
    final Path out =
        PageListings.compiled(folder, Map.of("dev/me/CounterWorld.java", imports + source));

    final Result result =
        execute("check", "--classpath", out.toString(), "--episodes", "30", "dev.me.CounterWorld");

    assertEquals(CoppiceCommand.DONE, result.status(), result.all());
    assertTrue(result.out().contains("world      CounterWorld"), result.all());
  }

  @Test
  void shouldPrintTheClassPathAPlugIsCompiledAgainst() {
    final Result result = execute("classpath");

    assertEquals(CoppiceCommand.DONE, result.status(), result.all());
    assertEquals(System.getProperty("java.class.path"), result.out().strip());
  }
}
