package dev.coppice.worlds.pyenv;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * Kills worlds that take too much memory or start too many processes.
 *
 * <p>Forks share nearly everything, so their resident memory says nothing. What a process has taken for
 * itself is at most its page faults times 4 KiB, which is quick to read; only one that seems to have
 * taken too much is looked at page by page. A world and what it starts are one session.
 *
 * @thread one of its own; {@link #close} from any.
 * @cost about 30 us for each process and look, at most a tenth of a core.
 */
final class ForkWatch implements AutoCloseable {
  private static final long MIN_PAUSE_MS = 20;
  private static final long MAX_PAUSE_MS = 1_000;
  private static final int PAUSES_PER_LOOK = 9;
  private static final long PAGE_BYTES = 4_096;
  private static final long BYTES_PER_KB = 1_024;
  private static final int SESSION = 3;
  private static final int FAULTS = 7;

  private final Process outermost;
  private final long zygote;
  private final HostSettings.Limits limits;
  private final ForkTally tally;
  private final Thread thread;

  /**
   * Begins to watch.
   *
   * @param outermost process of a host.
   * @param zygote its number in its own namespace.
   */
  ForkWatch(
      final Process outermost,
      final long zygote,
      final HostSettings.Limits limits,
      final ForkTally tally) {
    this.outermost = outermost;
    this.zygote = zygote;
    this.limits = limits;
    this.tally = tally;
    thread = Thread.ofPlatform().name("python-fork-watch").daemon().start(this::run);
  }

  /** Describes one process. */
  private record Seen(long pid, String session, long faults) {}

  private void run() {
    try {
      long pauseMs = MIN_PAUSE_MS;
      while (outermost.isAlive()) {
        Thread.sleep(pauseMs);
        final long startNs = System.nanoTime();
        look();
        final long lookMs = (System.nanoTime() - startNs) / 1_000_000;
        pauseMs = Math.clamp(PAUSES_PER_LOOK * lookMs, MIN_PAUSE_MS, MAX_PAUSE_MS);
      }
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    final Map<String, List<Seen>> sessions = new HashMap<>();
    for (final Seen seen : tree(outermost.pid())) {
      sessions.computeIfAbsent(seen.session(), session -> new ArrayList<>()).add(seen);
    }
    sessions.forEach(this::judge);
  }

  /** Ends a session that has too much, if it is a world's: the zygote may be of any size. */
  private void judge(final String session, final List<Seen> members) {
    final boolean crowded = members.size() > limits.processes();
    if (!crowded && (limits.memoryBytes() == 0 || !isHeavy(members))) {
      return;
    }
    final boolean isWorld =
        members.stream().anyMatch(seen -> Long.toString(seen.pid()).equals(session));
    if (isWorld && members.stream().noneMatch(seen -> isZygote(seen.pid()))) {
      tally.overMemory.increment();
      members.forEach(
          seen -> ProcessHandle.of(seen.pid()).ifPresent(ProcessHandle::destroyForcibly));
    }
  }

  private boolean isZygote(final long pid) {
    try {
      final Path status = Path.of("/proc", Long.toString(pid), "status");
      for (final String line : Files.readAllLines(status, StandardCharsets.ISO_8859_1)) {
        if (line.startsWith("NSpid:")) {
          return line.substring(line.lastIndexOf('\t') + 1).equals(Long.toString(zygote));
        }
      }
    } catch (final IOException e) {
      // It has ended: then it is none that must be spared.
    }
    return pid == zygote;
  }

  private boolean isHeavy(final List<Seen> members) {
    final long faulted = members.stream().mapToLong(Seen::faults).sum() * PAGE_BYTES;
    if (faulted <= limits.memoryBytes()) {
      return false;
    }
    long held = 0;
    for (final Seen seen : members) {
      held += privateBytes(seen.pid());
    }
    return held > limits.memoryBytes();
  }

  private static long privateBytes(final long pid) {
    long held = 0;
    try {
      final Path file = Path.of("/proc", Long.toString(pid), "smaps_rollup");
      for (final String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
        if (line.startsWith("Private_")) {
          held += BYTES_PER_KB * Long.parseLong(line.replaceAll("[^0-9]", ""));
        }
      }
    } catch (final IOException e) {
      // The process has ended: what it held is free.
    }
    return held;
  }

  private static List<Seen> tree(final long root) {
    final List<Seen> tree = new ArrayList<>();
    final Queue<String> found = new ArrayDeque<>(List.of(Long.toString(root)));
    while (!found.isEmpty()) {
      final Path process = Path.of("/proc", found.remove());
      try (DirectoryStream<Path> threads = Files.newDirectoryStream(process.resolve("task"))) {
        tree.add(read(process));
        for (final Path thread : threads) {
          final String children = Files.readString(thread.resolve("children")).strip();
          if (!children.isEmpty()) {
            found.addAll(List.of(children.split(" ")));
          }
        }
      } catch (final IOException | RuntimeException e) {
        // The process has ended.
      }
    }
    return tree;
  }

  private static Seen read(final Path process) throws IOException {
    // The name before the last bracket may be any bytes.
    final String stat =
        new String(Files.readAllBytes(process.resolve("stat")), StandardCharsets.ISO_8859_1);
    final String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return new Seen(
        Long.parseLong(process.getFileName().toString()),
        fields[SESSION],
        Long.parseLong(fields[FAULTS]));
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
