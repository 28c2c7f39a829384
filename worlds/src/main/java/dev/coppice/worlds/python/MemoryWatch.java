package dev.coppice.worlds.python;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Kills sandboxes whose processes together hold more memory than one may.
 *
 * <p>A kernel limits address space per process; what a whole tree holds is limited by control groups,
 * which an ordinary user is seldom given. So one thread looks at the resident memory of every tree
 * again and again, every 10 to 40 ms: for a tenth of its time, or for a third where one seems to hold too
 * much, or for more where some 50 sandboxes are open. Memory that processes share counts once.
 *
 * <p>So a sandbox can hold more than its limit for some 50 ms, or as long as the machine keeps this
 * thread waiting; what it can hold at most is the limit times the number of its processes.
 *
 * @thread any.
 * @cost about 0.1 ms per sandbox and look.
 */
final class MemoryWatch {
  /** Watches all sandboxes of this engine. */
  static final MemoryWatch SHARED = new MemoryWatch();

  private static final long MIN_PAUSE_NS = 10_000_000;
  private static final long MAX_PAUSE_NS = 40_000_000;
  private static final int PAUSES_PER_LOOK = 9;
  private static final int PAUSES_PER_SUSPICION = 2;
  private static final long BYTES_PER_KB = 1_024;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition filled = lock.newCondition();
  private final List<Watched> sandboxes = new ArrayList<>();
  private Thread thread;

  private MemoryWatch() {}

  /** Holds a sandbox under watch; closed when the sandbox is given up. */
  static final class Watched implements AutoCloseable {
    private final MemoryWatch watch;
    private final Process process;
    private final LongSupplier limitBytes;
    private volatile long foundBytes;

    private Watched(final MemoryWatch watch, final Process process, final LongSupplier limitBytes) {
      this.watch = watch;
      this.process = process;
      this.limitBytes = limitBytes;
    }

    /** Returns what the sandbox held when it was killed for it, or 0 if it was not. */
    long foundBytes() {
      return foundBytes;
    }

    @Override
    public void close() {
      watch.forget(this);
    }
  }

  /**
   * Begins to watch a sandbox.
   *
   * @param process the outermost one; killing it kills all that are inside.
   * @param limitBytes of all of them together, asked at every look.
   */
  Watched over(final Process process, final LongSupplier limitBytes) {
    final Watched watched = new Watched(this, process, limitBytes);
    lock.lock();
    try {
      sandboxes.add(watched);
      if (thread == null) {
        thread = Thread.ofPlatform().name("sandbox-memory").daemon().start(this::watch);
      }
      filled.signal();
    } finally {
      lock.unlock();
    }
    return watched;
  }

  private void forget(final Watched watched) {
    lock.lock();
    try {
      sandboxes.remove(watched);
    } finally {
      lock.unlock();
    }
  }

  private void watch() {
    final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    try {
      long pauseNs = MIN_PAUSE_NS;
      while (true) {
        final List<Watched> now = awaited(pauseNs);
        // The time of the processor: on a busy machine looks are long by the clock, and needed
        // most.
        final long startNs = threads.getCurrentThreadCpuTime();
        boolean suspicion = false;
        for (final Watched watched : now) {
          suspicion |= look(watched);
        }
        final long lookNs = threads.getCurrentThreadCpuTime() - startNs;
        final long pauses = suspicion ? PAUSES_PER_SUSPICION : PAUSES_PER_LOOK;
        pauseNs = Math.clamp(pauses * lookNs, MIN_PAUSE_NS, MAX_PAUSE_NS);
      }
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for a pause, and then for something to watch. */
  private List<Watched> awaited(final long pauseNs) throws InterruptedException {
    Thread.sleep(Duration.ofNanos(pauseNs));
    lock.lockInterruptibly();
    try {
      while (sandboxes.isEmpty()) {
        filled.await();
      }
      return List.copyOf(sandboxes);
    } finally {
      lock.unlock();
    }
  }

  /** Kills a sandbox that holds too much; says whether it seems to. */
  private static boolean look(final Watched watched) {
    final List<Path> tree = tree(watched.process.pid());
    final long limitBytes = watched.limitBytes.getAsLong();
    if (residentBytes(tree) <= limitBytes) {
      return false;
    }
    final long heldBytes = heldBytes(tree);
    if (heldBytes > limitBytes && watched.process.isAlive()) {
      watched.foundBytes = heldBytes;
      watched.process.destroyForcibly();
    }
    return true;
  }

  /** Adds up what processes hold; what they share counts several times, which is quick. */
  private static long residentBytes(final List<Path> processes) {
    long resident = 0;
    for (final Path process : processes) {
      resident += bytes(process.resolve("status"), "VmRSS:");
    }
    return resident;
  }

  /** Adds up what processes hold; what they share counts once. */
  private static long heldBytes(final List<Path> processes) {
    long held = 0;
    for (final Path process : processes) {
      final Path exact = process.resolve("smaps_rollup");
      final boolean readable = Files.isReadable(exact);
      held += readable ? bytes(exact, "Pss:") : bytes(process.resolve("status"), "VmRSS:");
    }
    return held;
  }

  /** Lists a process and all that descend from it; some may be gone by the time they are asked. */
  private static List<Path> tree(final long root) {
    final List<Path> tree = new ArrayList<>();
    final Queue<String> found = new ArrayDeque<>(List.of(Long.toString(root)));
    while (!found.isEmpty()) {
      final Path process = Path.of("/proc", found.remove());
      tree.add(process);
      try (DirectoryStream<Path> threads = Files.newDirectoryStream(process.resolve("task"))) {
        for (final Path thread : threads) {
          final String children = Files.readString(thread.resolve("children")).strip();
          if (!children.isEmpty()) {
            found.addAll(List.of(children.split(" ")));
          }
        }
      } catch (final IOException | RuntimeException e) {
        // The process has ended: what it held is free.
      }
    }
    return tree;
  }

  private static long bytes(final Path file, final String name) {
    try {
      // The file also holds the process's own name, which may be any bytes.
      for (final String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
        if (line.startsWith(name)) {
          return BYTES_PER_KB * Long.parseLong(line.replaceAll("[^0-9]", ""));
        }
      }
    } catch (final IOException e) {
      // The process has ended: what it held is free.
    }
    return 0;
  }
}
