package dev.coppice.worlds.pyenv;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.worlds.sandbox.SandboxParts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Starts zygotes, in a sandbox or without one.
 *
 * <p>A sandbox shows {@code /usr}, the interpreter with its packages, the folder of the environment,
 * the host's own files, all to be read only, and a {@code /tmp} in memory. It has no network, unless
 * {@code network} is set, and a process namespace of its own: when its outermost process is killed, so
 * is all that is in it. An engine that is root gives root up inside, unless something that the sandbox
 * shows can only be read by root.
 *
 * @thread any.
 */
final class HostStart implements AutoCloseable {
  private static final long SCRATCH_BYTES = 256L << 20;
  private static final int MOST_PROCESSES = 16_384;
  private static final Map<String, String> VARIABLES =
      Map.of(
          "PYTHONHASHSEED", "0",
          "PYTHONDONTWRITEBYTECODE", "1",
          "PYTHONUNBUFFERED", "1",
          "PYTHONUTF8", "1",
          "OMP_NUM_THREADS", "1",
          "OPENBLAS_NUM_THREADS", "1",
          "TOKENIZERS_PARALLELISM", "false");

  private final HostSettings settings;
  private final Interpreter interpreter;
  private final SandboxParts parts;
  private final HostFiles files;

  HostStart(final HostSettings settings) {
    this.settings = settings;
    interpreter = Interpreter.find(settings.start().python());
    parts =
        settings.start().sandboxed()
            ? SandboxParts.find(SandboxParts.TOOL_FOLDERS, System.getProperty("os.arch"))
            : null;
    files = HostFiles.write();
  }

  HostFiles files() {
    return files;
  }

  /** Returns the interpreter, to be named in messages. */
  String python() {
    return interpreter.executable();
  }

  /**
   * Starts a zygote, which will dial the socket.
   *
   * @param token it introduces itself with.
   * @return its outermost process.
   */
  Process start(final String token) throws IOException, InterruptedException {
    final List<Path> shown = shown();
    final boolean asNobody = parts != null && SandboxParts.isRoot() && areOpen(shown);
    if (asNobody) {
      give(files.home());
      give(files.socket());
    }
    final List<String> command = new ArrayList<>();
    if (parts != null) {
      command.addAll(parts.command(asNobody));
      command.addAll(walls(shown));
    }
    command.addAll(List.of(interpreter.executable(), "-m", "coppice_world"));
    command.add(files.socket().toString());
    command.add(token);
    command.add(CanonicalJson.write(arguments(asNobody)));
    final ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectErrorStream(false);
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(
        settings.start().logs()
            ? ProcessBuilder.Redirect.INHERIT
            : ProcessBuilder.Redirect.DISCARD);
    if (parts != null) {
      builder.environment().clear();
    }
    builder.environment().putAll(VARIABLES);
    builder.environment().put("PYTHONPATH", files.code().toString());
    return SandboxParts.spawned(builder::start);
  }

  private Map<String, Object> arguments(final boolean asNobody) {
    final Map<String, Object> arguments = new HashMap<>();
    arguments.put("environment", settings.environment());
    arguments.put("config", settings.config());
    arguments.put("folder", folder().toString());
    arguments.put("memory_bytes", settings.limits().memoryBytes());
    // The kernel counts processes by user: only in a sandbox is the user's count the sandbox's.
    arguments.put("processes", asNobody ? MOST_PROCESSES : 0);
    arguments.put("log", settings.start().logs());
    arguments.put("sandboxed", parts != null);
    return arguments;
  }

  private List<String> walls(final List<Path> shown) {
    final List<String> walls = new ArrayList<>(SandboxParts.firstWalls(SCRATCH_BYTES));
    if (settings.start().network()) {
      walls.add("--share-net");
      walls.addAll(List.of("--ro-bind-try", "/etc/resolv.conf", "/etc/resolv.conf"));
      walls.addAll(List.of("--ro-bind-try", "/etc/hosts", "/etc/hosts"));
      walls.addAll(List.of("--ro-bind-try", "/etc/ssl", "/etc/ssl"));
    }
    for (final String system : List.of("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime")) {
      walls.addAll(List.of("--ro-bind-try", system, system));
    }
    for (final Path path : shown) {
      if (!path.startsWith("/usr")) {
        walls.addAll(List.of("--ro-bind", path.toString(), path.toString()));
      }
    }
    VARIABLES.forEach((name, value) -> walls.addAll(List.of("--setenv", name, value)));
    walls.addAll(List.of("--setenv", "PYTHONPATH", files.code().toString()));
    walls.addAll(List.of("--setenv", "HOME", "/tmp", "--setenv", "PATH", path()));
    walls.addAll(SandboxParts.lastWalls("/tmp"));
    return walls;
  }

  private String path() {
    final Path folder = Path.of(interpreter.executable()).getParent();
    return (folder == null ? "" : folder + ":") + "/usr/local/bin:/usr/bin:/bin";
  }

  /** Returns where modules are looked for by name. */
  private static Path folder() {
    return Path.of("").toAbsolutePath();
  }

  /** Lists what a sandbox shows beside the system. */
  private List<Path> shown() {
    final Set<Path> shown = new LinkedHashSet<>(interpreter.folders());
    shown.add(files.folder());
    final Path environment = Path.of(settings.environment());
    if (environment.isAbsolute() && environment.getParent() != null) {
      shown.add(environment.getParent());
    } else if (!settings.environment().contains("/")) {
      shown.add(folder());
    }
    if (settings.config().get("reward") instanceof String reward && reward.endsWith(".py")) {
      shown.add(Path.of(reward).toAbsolutePath().getParent());
    }
    if (settings.config().get("folder") instanceof String modules) {
      shown.add(Path.of(modules).toAbsolutePath());
    }
    for (final String path : settings.start().readable()) {
      final Path further = Path.of(path).toAbsolutePath();
      if (!Files.exists(further)) {
        throw new IllegalArgumentException("readable names what is not there: " + further);
      }
      shown.add(further);
    }
    return Interpreter.outermost(shown);
  }

  /** Tells whether everybody may reach these. */
  private static boolean areOpen(final List<Path> paths) {
    try {
      for (final Path path : paths) {
        for (Path step = path; step.getParent() != null; step = step.getParent()) {
          final Set<PosixFilePermission> mode = Files.getPosixFilePermissions(step);
          if (Files.isDirectory(step) && !mode.contains(PosixFilePermission.OTHERS_EXECUTE)
              || !mode.contains(PosixFilePermission.OTHERS_READ)) {
            return false;
          }
        }
      }
      return true;
    } catch (final IOException e) {
      return false;
    }
  }

  private static void give(final Path path) throws IOException {
    Files.setAttribute(path, "unix:uid", Integer.valueOf(SandboxParts.NOBODY));
    Files.setAttribute(path, "unix:gid", Integer.valueOf(SandboxParts.NOBODY));
  }

  @Override
  public void close() {
    files.close();
    if (parts != null) {
      parts.close();
    }
  }
}
