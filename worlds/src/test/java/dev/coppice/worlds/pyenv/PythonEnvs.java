package dev.coppice.worlds.pyenv;

import dev.coppice.environments.toolworld.ToolRequest;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.worlds.sandbox.SandboxParts;
import dev.coppice.worlds.sandbox.SandboxUnavailableException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/** Opens the Python environments of these tests. */
final class PythonEnvs {
  /** For a machine so busy that trivial calls may take seconds. */
  static final HostSettings.Limits PATIENT =
      new HostSettings.Limits(32, 1L << 30, 180_000, 60_000, new HostSettings.Scoring(60_000, 0));

  private PythonEnvs() {}

  /** Finds an interpreter with a package among those of the tests, or skips the test. */
  static String pythonWith(final String module) throws Exception {
    final List<String> pythons = new ArrayList<>();
    final String named = System.getenv("COPPICE_PYTHON");
    if (named != null) {
      pythons.addAll(List.of(named.split(":")));
    }
    final Path project = Path.of("..", ".coppice").toAbsolutePath().normalize();
    for (final String folder :
        List.of("venv", "worlds/verifiers", "worlds/openenv", "worlds/nemo-gym", "worlds/tau2")) {
      pythons.add(project.resolve(folder).resolve("bin/python").toString());
    }
    for (final String python : pythons) {
      if (Files.isExecutable(Path.of(python)) && imports(python, module)) {
        return python;
      }
    }
    return Assumptions.abort(
        "skipped: no Python with "
            + module
            + ": ./coppice test installs the small packages, with --all the large ones;"
            + " COPPICE_PYTHON names further interpreters");
  }

  private static boolean imports(final String python, final String module) throws Exception {
    return new ProcessBuilder(python, "-c", "import " + module)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor()
        == 0;
  }

  static String file(final String name) {
    try {
      return Path.of(PythonEnvs.class.getResource(name).toURI()).toString();
    } catch (final URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static PythonEnvTaskset open(
      final String environment, final boolean sandboxed, final HostSettings.Limits limits) {
    return open(environment, "", Map.of(), sandboxed, limits);
  }

  static PythonEnvTaskset open(
      final String environment,
      final String python,
      final Map<String, Object> config,
      final boolean sandboxed,
      final HostSettings.Limits limits) {
    return new PythonEnvTaskset(
        new HostSettings(
            environment,
            config,
            new HostSettings.Start(python, sandboxed, false, List.of(), false),
            limits,
            HostSettings.Copy.FORK,
            true),
        1);
  }

  /** Opens a file whose states are copied in a certain way. */
  static PythonEnvTaskset copied(final String environment, final HostSettings.Copy copy) {
    return new PythonEnvTaskset(
        new HostSettings(
            file(environment),
            Map.of(),
            new HostSettings.Start("", false, false, List.of(), false),
            PATIENT,
            copy,
            true),
        1);
  }

  static void requireSandbox() {
    try {
      SandboxParts.find(SandboxParts.TOOL_FOLDERS, System.getProperty("os.arch")).close();
    } catch (final SandboxUnavailableException e) {
      Assumptions.abort("skipped: " + e.getMessage());
    }
  }

  static ToolWorld begun(final PythonEnvTaskset taskset, final int task) throws Exception {
    final ToolWorld world = taskset.open();
    world.reset(taskset.task(task), 1);
    return world;
  }

  static ToolRequest request(final String tool, final Map<String, Object> arguments) {
    return request(tool, arguments, 5);
  }

  static ToolRequest request(
      final String tool, final Map<String, Object> arguments, final long seed) {
    return new ToolRequest(tool, arguments, seed);
  }
}
