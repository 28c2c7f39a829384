package dev.coppice.worlds.python;

import dev.coppice.worlds.sandbox.SandboxParts;
import dev.coppice.worlds.sandbox.SandboxUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts interpreters in sandboxes of bubblewrap.
 *
 * <pre>
 *   sh          opens the seccomp filter as descriptor 3
 *     setpriv   gives up root, where the engine runs as root
 *       bwrap   new user, pid, net, ipc, uts and cgroup namespaces, no capabilities, new session
 *         python3  /usr, /proc and /dev of its own, all read-only; /tmp of limited size; nothing else
 * </pre>
 *
 * <p>No variable of the environment and no open file of the engine reaches the inside. When the
 * engine dies, so does the sandbox with all its processes.
 *
 * @thread immutable, any thread
 * @cost about 30 ms to start an interpreter.
 */
final class Bubblewrap implements AutoCloseable {
  private static final List<String> PYTHONS = List.of("/usr/bin/python3", "/usr/local/bin/python3");
  private static final String INSIDE = "/run/cells";
  private static final int CPU_SECONDS = 3_600;
  private static final int OPEN_FILES = 64;

  private final SandboxParts parts;
  private final String python;
  private final String runner;

  private Bubblewrap(final SandboxParts parts, final String python, final String runner) {
    this.parts = parts;
    this.python = python;
    this.runner = runner;
  }

  /**
   * Finds what a sandbox is made of; {@link SandboxProbe} tells whether it holds.
   *
   * @throws SandboxUnavailableException if something is missing.
   */
  static Bubblewrap find() {
    return find(SandboxParts.TOOL_FOLDERS, System.getProperty("os.arch"));
  }

  static Bubblewrap find(final List<String> folders, final String architecture) {
    final SandboxParts parts = SandboxParts.find(folders, architecture);
    final String python =
        PYTHONS.stream()
            .filter(path -> Files.isExecutable(Path.of(path)))
            .findFirst()
            .orElseThrow(
                () ->
                    new SandboxUnavailableException(
                        "there is none of " + PYTHONS + "; install the distribution's python3"));
    try {
      return new Bubblewrap(parts, python, runner());
    } catch (final IOException e) {
      throw new SandboxUnavailableException("the runner of cells cannot be read: " + e);
    }
  }

  private static String runner() throws IOException {
    try (InputStream stream = Bubblewrap.class.getResourceAsStream("runner.py")) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /**
   * Starts an interpreter.
   *
   * @param limits of the sandbox.
   * @param seed of Python's random numbers.
   * @param folder of the socket that processes dial, named {@code s}.
   * @param token that the first one shows.
   * @return the outermost process; killing it kills all that is inside.
   */
  Process start(final SandboxLimits limits, final long seed, final Path folder, final String token)
      throws IOException, InterruptedException {
    final List<String> command = new ArrayList<>(parts.command(true));
    command.addAll(SandboxParts.firstWalls(limits.scratchBytes()));
    command.addAll(List.of("--ro-bind", folder.toString(), INSIDE));
    command.addAll(SandboxParts.lastWalls("/tmp"));
    command.addAll(List.of(python, "-s", "-B", "-X", "utf8", "-c", runner));
    command.add(Long.toString(limits.memoryBytes()));
    command.add(Integer.toString(limits.processes() + SandboxLimits.MOST_FORKS));
    command.add(Long.toString(limits.fileBytes()));
    command.add(Integer.toString(OPEN_FILES));
    command.add(Integer.toString(CPU_SECONDS));
    command.add(Long.toString(seed));
    command.addAll(List.of(INSIDE + "/s", token));
    final ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().clear();
    return SandboxParts.spawned(builder::start);
  }

  @Override
  public void close() {
    parts.close();
  }
}
