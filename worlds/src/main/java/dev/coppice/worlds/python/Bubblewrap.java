package dev.coppice.worlds.python;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

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
  private static final String NOBODY = "65534";
  private static final List<String> PYTHONS = List.of("/usr/bin/python3", "/usr/local/bin/python3");
  private static final List<String> TOOL_FOLDERS =
      List.of("/usr/bin", "/bin", "/usr/local/bin", "/usr/sbin", "/sbin");
  private static final int CPU_SECONDS = 3_600;
  private static final int OPEN_FILES = 64;

  /**
   * The kernel kills a sandbox when the thread that started it ends, not when the engine does; so
   * one thread that never ends starts them all.
   */
  private static final ExecutorService SPAWNER =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("sandbox-spawner").daemon().factory());

  private final List<String> prefix;
  private final String python;
  private final String runner;
  private final Path filter;

  private Bubblewrap(
      final List<String> prefix, final String python, final String runner, final Path filter) {
    this.prefix = prefix;
    this.python = python;
    this.runner = runner;
    this.filter = filter;
  }

  /**
   * Finds what a sandbox is made of; {@link SandboxProbe} tells whether it holds.
   *
   * @throws SandboxUnavailableException if something is missing.
   */
  static Bubblewrap find() {
    return find(TOOL_FOLDERS, System.getProperty("os.arch"));
  }

  static Bubblewrap find(final List<String> folders, final String architecture) {
    final String bwrap =
        tool(folders, "bwrap", "install bubblewrap, for example: apt install bubblewrap");
    final String python =
        PYTHONS.stream()
            .filter(path -> Files.isExecutable(Path.of(path)))
            .findFirst()
            .orElseThrow(
                () ->
                    new SandboxUnavailableException(
                        "there is none of " + PYTHONS + "; install the distribution's python3"));
    final byte[] program = SyscallFilter.of(architecture);
    if (program == null) {
      throw new SandboxUnavailableException(
          "there is no system-call filter for this processor: os.arch=" + architecture);
    }
    final List<String> prefix = new ArrayList<>();
    if (isRoot()) {
      // Root without capabilities still owns root's files, and no process limit binds it.
      final String setpriv =
          tool(folders, "setpriv", "the engine runs as root, so util-linux must provide setpriv");
      prefix.addAll(List.of(setpriv, "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"));
      prefix.addAll(List.of("--inh-caps=-all", "--no-new-privs"));
    }
    prefix.add(bwrap);
    try {
      final Path filter = Files.createTempFile("coppice-seccomp", ".bpf");
      filter.toFile().deleteOnExit();
      Files.write(filter, program);
      return new Bubblewrap(List.copyOf(prefix), python, runner(), filter);
    } catch (IOException e) {
      throw new SandboxUnavailableException("its filter cannot be written: " + e);
    }
  }

  private static String tool(final List<String> folders, final String name, final String fix) {
    for (final String folder : folders) {
      final Path path = Path.of(folder, name);
      if (Files.isExecutable(path)) {
        return path.toString();
      }
    }
    throw new SandboxUnavailableException("there is no " + name + " in " + folders + "; " + fix);
  }

  private static boolean isRoot() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid") instanceof Integer uid
          && uid == 0;
    } catch (IOException | UnsupportedOperationException e) {
      throw new SandboxUnavailableException("this is not a Linux with /proc: " + e);
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
   * @return the outermost process; killing it kills all that is inside.
   */
  Process start(final SandboxLimits limits, final long seed)
      throws IOException, InterruptedException {
    final List<String> command = new ArrayList<>();
    command.addAll(List.of("/bin/sh", "-c", "exec \"$@\" 3<\"$0\"", filter.toString()));
    command.addAll(prefix);
    command.addAll(walls(limits));
    command.addAll(List.of(python, "-s", "-B", "-X", "utf8", "-c", runner));
    command.add(Long.toString(limits.memoryBytes()));
    command.add(Integer.toString(limits.processes()));
    command.add(Long.toString(limits.fileBytes()));
    command.add(Integer.toString(OPEN_FILES));
    command.add(Integer.toString(CPU_SECONDS));
    command.add(Long.toString(seed));
    final ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().clear();
    return spawned(builder::start);
  }

  private static List<String> walls(final SandboxLimits limits) {
    final String scratch = Long.toString(limits.scratchBytes());
    final List<String> walls = new ArrayList<>();
    walls.addAll(List.of("--unshare-all", "--unshare-user", "--disable-userns"));
    walls.addAll(List.of("--die-with-parent", "--new-session", "--clearenv"));
    walls.addAll(List.of("--cap-drop", "ALL", "--uid", NOBODY, "--gid", NOBODY));
    walls.addAll(List.of("--hostname", "sandbox", "--setenv", "PYTHONHASHSEED", "0"));
    walls.addAll(List.of("--ro-bind", "/usr", "/usr"));
    for (final String link : List.of("bin", "lib", "lib64", "lib32", "sbin")) {
      if (Files.exists(Path.of("/usr", link))) {
        walls.addAll(List.of("--symlink", "usr/" + link, "/" + link));
      }
    }
    walls.addAll(List.of("--proc", "/proc", "--dev", "/dev"));
    walls.addAll(List.of("--size", scratch, "--tmpfs", "/tmp"));
    walls.addAll(List.of("--size", scratch, "--tmpfs", "/dev/shm"));
    walls.addAll(List.of("--remount-ro", "/proc", "--remount-ro", "/dev", "--remount-ro", "/"));
    walls.addAll(List.of("--chdir", "/tmp", "--seccomp", "3", "--"));
    return walls;
  }

  private static Process spawned(final Callable<Process> start)
      throws IOException, InterruptedException {
    try {
      return SPAWNER.submit(start).get();
    } catch (ExecutionException e) {
      throw new IOException("the sandbox cannot be started: " + e.getCause(), e.getCause());
    }
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(filter);
    } catch (IOException e) {
      // It is deleted on exit.
    }
  }
}
