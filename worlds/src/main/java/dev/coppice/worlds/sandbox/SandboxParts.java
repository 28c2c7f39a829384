package dev.coppice.worlds.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Holds what every sandbox of bubblewrap is made of, and starts processes from a thread that lives.
 *
 * <pre>
 *   sh          opens the seccomp filter as descriptor 3
 *     setpriv   gives up root, where the engine runs as root
 *       bwrap   the walls, which the caller builds
 * </pre>
 *
 * @thread immutable, any thread
 */
public final class SandboxParts implements AutoCloseable {
  /** The user and group that programs run as. */
  public static final String NOBODY = "65534";

  /** Where tools are looked for. */
  public static final List<String> TOOL_FOLDERS =
      List.of("/usr/bin", "/bin", "/usr/local/bin", "/usr/sbin", "/sbin");

  /**
   * The kernel kills a sandbox when the thread that started it ends, not when the engine does; so
   * one thread that never ends starts them all.
   */
  private static final ExecutorService SPAWNER =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("sandbox-spawner").daemon().factory());

  private final String bwrap;
  private final String setpriv;
  private final Path filter;

  private SandboxParts(final String bwrap, final String setpriv, final Path filter) {
    this.bwrap = bwrap;
    this.setpriv = setpriv;
    this.filter = filter;
  }

  /**
   * Finds the tools and writes the filter.
   *
   * @param folders of tools.
   * @param architecture as {@code os.arch} names it.
   * @return the parts; the caller closes them.
   * @throws SandboxUnavailableException if something is missing.
   */
  public static SandboxParts find(final List<String> folders, final String architecture) {
    final String bwrap =
        tool(folders, "bwrap", "install bubblewrap, for example: apt install bubblewrap");
    final byte[] program = SyscallFilter.of(architecture);
    if (program == null) {
      throw new SandboxUnavailableException(
          "there is no system-call filter for this processor: os.arch=" + architecture);
    }
    // Root without capabilities still owns root's files, and no process limit binds it.
    final String setpriv =
        isRoot()
            ? tool(
                folders, "setpriv", "the engine runs as root, so util-linux must provide setpriv")
            : null;
    try {
      final Path filter = Files.createTempFile("coppice-seccomp", ".bpf");
      filter.toFile().deleteOnExit();
      Files.write(filter, program);
      Files.setPosixFilePermissions(filter, PosixFilePermissions.fromString("rw-r--r--"));
      return new SandboxParts(bwrap, setpriv, filter);
    } catch (final IOException e) {
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

  /**
   * Tells whether the engine runs as root.
   *
   * @return true for user 0.
   * @throws SandboxUnavailableException if this is no Linux.
   */
  public static boolean isRoot() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid") instanceof Integer uid
          && uid == 0;
    } catch (final IOException | UnsupportedOperationException e) {
      throw new SandboxUnavailableException("this is not a Linux with /proc: " + e);
    }
  }

  /**
   * Writes the command that begins a sandbox.
   *
   * @param asNobody whether an engine that is root gives root up first; what the sandbox shows must
   *     then be readable for everybody.
   * @return the beginning of a command, up to bubblewrap; its options follow.
   */
  public List<String> command(final boolean asNobody) {
    final List<String> command = new ArrayList<>();
    command.addAll(List.of("/bin/sh", "-c", "exec \"$@\" 3<\"$0\"", filter.toString()));
    if (setpriv != null && asNobody) {
      command.addAll(List.of(setpriv, "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"));
      command.addAll(List.of("--inh-caps=-all", "--no-new-privs"));
    }
    command.add(bwrap);
    return command;
  }

  /**
   * Lists the walls that every sandbox has: new namespaces, no privileges, {@code /usr} to read.
   *
   * @param scratchBytes of {@code /tmp}, and again of {@code /dev/shm}.
   * @return options of bubblewrap; {@link #lastWalls} come last.
   */
  public static List<String> firstWalls(final long scratchBytes) {
    final String scratch = Long.toString(scratchBytes);
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
    return walls;
  }

  /**
   * Lists the walls that close a sandbox; the command to run follows.
   *
   * @param folder to start in.
   * @return options of bubblewrap.
   */
  public static List<String> lastWalls(final String folder) {
    return List.of(
        "--remount-ro",
        "/proc",
        "--remount-ro",
        "/dev",
        "--remount-ro",
        "/",
        "--chdir",
        folder,
        "--seccomp",
        "3",
        "--");
  }

  /**
   * Starts a process from the thread that never ends.
   *
   * @param start starts it.
   * @return the process.
   * @throws IOException if it cannot be started.
   * @throws InterruptedException if the thread is interrupted.
   */
  public static Process spawned(final Callable<Process> start)
      throws IOException, InterruptedException {
    try {
      return SPAWNER.submit(start).get();
    } catch (final ExecutionException e) {
      throw new IOException("the process cannot be started: " + e.getCause(), e.getCause());
    }
  }

  /** Deletes the filter. */
  @Override
  public void close() {
    try {
      Files.deleteIfExists(filter);
    } catch (final IOException e) {
      // It is deleted on exit.
    }
  }
}
