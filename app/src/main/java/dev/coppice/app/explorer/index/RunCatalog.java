package dev.coppice.app.explorer.index;

import dev.coppice.app.folder.RunFolderException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Finds run folders and follows them on a thread of its own.
 *
 * <p>Folders are looked for once a second, their files five times. A large file is read in slices, so
 * that every run shows something soon.
 */
public final class RunCatalog implements AutoCloseable {
  private static final int DEPTH = 5;
  private static final long LOOK_NS = 200_000_000L;
  private static final long FOLDERS_NS = 1_000_000_000L;
  private static final Set<String> NOT_RUNS = Set.of("checkpoints", "weights", "trajectories");

  private final List<Path> roots;
  private final Map<String, ExploredRun> runs = new ConcurrentSkipListMap<>();
  private final Thread thread;
  private volatile boolean closing;
  private long version;

  /**
   * Makes a catalog and looks for folders.
   *
   * @param roots run folders, or folders that hold some.
   * @throws RunFolderException if one of them is not there.
   */
  public RunCatalog(final List<Path> roots) {
    this.roots = roots.stream().map(root -> root.toAbsolutePath().normalize()).toList();
    for (final Path root : this.roots) {
      if (!Files.isDirectory(root)) {
        throw new RunFolderException("no such folder: " + root);
      }
    }
    look();
    thread = Thread.ofPlatform().daemon(true).name("coppice-explorer").unstarted(this::follow);
  }

  /** Begins to follow. */
  public void start() {
    thread.start();
  }

  private void follow() {
    long lookedNs = System.nanoTime();
    while (!closing) {
      if (System.nanoTime() - lookedNs > FOLDERS_NS) {
        look();
        lookedNs = System.nanoTime();
      }
      if (!poll()) {
        LockSupport.parkNanos(LOOK_NS);
      }
    }
  }

  /** Reads all there is, for an export. */
  public void readAll() {
    while (poll()) {
      continue;
    }
  }

  private boolean poll() {
    boolean more = false;
    for (final ExploredRun run : runs.values()) {
      final ExploredRun.Progress progress = run.poll(System.nanoTime() + LOOK_NS);
      more |= progress.more();
      if (progress.changed()) {
        changed();
      }
    }
    return more;
  }

  private synchronized void changed() {
    version++;
    notifyAll();
  }

  /**
   * Waits until something is new.
   *
   * @param seen the version known so far.
   * @param millis to wait at most.
   * @return the version now.
   * @throws InterruptedException if interrupted.
   */
  public synchronized long awaitChange(final long seen, final long millis)
      throws InterruptedException {
    if (version == seen) {
      wait(millis);
    }
    return version;
  }

  private void look() {
    boolean found = false;
    for (final Map.Entry<String, Path> entry : folders().entrySet()) {
      final ExploredRun known = runs.get(entry.getKey());
      final boolean other =
          known != null && known.size() == 0 && RunKind.of(known.folder()) != known.kind();
      if (known == null || other) {
        runs.put(entry.getKey(), new ExploredRun(entry.getKey(), entry.getValue()));
        found = true;
        if (other) {
          known.close();
        }
      }
    }
    if (found) {
      changed();
    }
  }

  private Map<String, Path> folders() {
    final Map<String, Path> found = new TreeMap<>();
    for (final Path root : roots) {
      for (final Path folder : below(root)) {
        final Path last = root.getFileName() == null ? Path.of("root") : root.getFileName();
        final Path name = last.resolve(root.relativize(folder)).normalize();
        String id = name.toString().replace('\\', '/');
        while (found.containsKey(id) && !found.get(id).equals(folder)) {
          id += "'";
        }
        found.put(id, folder);
      }
    }
    return found;
  }

  private static List<Path> below(final Path root) {
    final List<Path> found = new ArrayList<>();
    try {
      Files.walkFileTree(
          root,
          EnumSet.noneOf(java.nio.file.FileVisitOption.class),
          DEPTH,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(
                final Path folder, final BasicFileAttributes attributes) {
              if (Files.isRegularFile(folder.resolve("config.resolved.toml"))) {
                found.add(folder);
              }
              return !folder.equals(root) && NOT_RUNS.contains(folder.getFileName().toString())
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(final Path file, final IOException failure) {
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (final IOException e) {
      throw new RunFolderException("cannot read " + root + ": " + e);
    }
    return found;
  }

  /**
   * Lists the runs.
   *
   * @return in the order of their names.
   */
  public List<ExploredRun> runs() {
    return List.copyOf(runs.values());
  }

  /**
   * Finds a run.
   *
   * @param id of the run.
   * @return the run.
   * @throws IllegalArgumentException if there is none.
   */
  public ExploredRun run(final String id) {
    final ExploredRun run = id == null ? null : runs.get(id);
    if (run == null) {
      throw new IllegalArgumentException("no such run: run=" + id);
    }
    return run;
  }

  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
    try {
      thread.join();
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    runs.values().forEach(ExploredRun::close);
  }
}
