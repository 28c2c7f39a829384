package dev.coppice.remote.replica;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Knows what each slot of a llama-server holds, and what was saved of it.
 *
 * <p>The server shares nothing between slots: a path that several go on from is computed in one slot,
 * saved, and restored into others. A request is pinned to a slot that no other request uses, so the
 * table and the server agree.
 *
 * @thread any.
 */
public final class SlotTable {
  private static final int FILES_PER_SLOT = 4;

  /** Restoring costs as much as computing a few tokens. */
  private static final int WORTH_RESTORING = 16;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition freed = lock.newCondition();
  private final Slot[] slots;
  private final List<SavedPath> saved = new ArrayList<>();
  private final String filePrefix;
  private long mostCells;
  private long reservedCells;
  private long clock;

  /** What a slot holds. */
  private static final class Slot {
    private int[] content = {};
    private boolean busy;
    private long used;
  }

  /** A file that holds what a slot held. */
  private static final class SavedPath {
    private final String file;
    private int[] content = {};
    private int readers;
    private long used;

    SavedPath(final String file) {
      this.file = file;
    }
  }

  /**
   * Lends a slot to one request.
   *
   * @param slot from 0.
   * @param file to be restored into it first, or null.
   * @param match the tokens of the path it then holds.
   * @param cells reserved for the request.
   */
  public record Lease(int slot, String file, int match, long cells) {}

  /**
   * Makes a table of empty slots.
   *
   * @param slots of the server.
   * @param mostCells positions all of them hold together.
   * @param filePrefix of the names of files, this client's own.
   */
  public SlotTable(final int slots, final long mostCells, final String filePrefix) {
    this.slots = new Slot[slots];
    Arrays.setAll(this.slots, slot -> new Slot());
    this.mostCells = mostCells;
    this.filePrefix = filePrefix;
  }

  /**
   * Waits for a slot and borrows the one that holds most of a path, or a file does.
   *
   * @param path of the request.
   * @param mostTokens it may sample.
   * @param deadlineNs of {@link System#nanoTime}.
   * @return the lease, or null if none was free in time.
   * @throws InterruptedException if interrupted.
   */
  public Lease acquire(final int[] path, final int mostTokens, final long deadlineNs)
      throws InterruptedException {
    final long cells = (long) path.length + mostTokens;
    lock.lockInterruptibly();
    try {
      while (true) {
        final Lease lease =
            reservedCells == 0 || reservedCells + cells <= mostCells ? choose(path, cells) : null;
        if (lease != null) {
          return lease;
        }
        final long leftNs = deadlineNs - System.nanoTime();
        if (leftNs <= 0
            || freed.awaitNanos(Math.min(leftNs, TimeUnit.SECONDS.toNanos(1))) < 0
                && deadlineNs - System.nanoTime() <= 0) {
          return null;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private Lease choose(final int[] path, final long cells) {
    Slot best = null;
    Slot oldest = null;
    int bestMatch = 0;
    for (final Slot slot : slots) {
      if (slot.busy) {
        continue;
      }
      final int common = common(slot.content, path);
      if (common == slot.content.length && common > bestMatch) {
        best = slot;
        bestMatch = common;
      }
      if (oldest == null || slot.used < oldest.used) {
        oldest = slot;
      }
    }
    if (oldest == null) {
      return null;
    }
    final SavedPath file = bestFile(path);
    final int fileMatch = file == null ? 0 : common(file.content, path);
    if (best != null && bestMatch + WORTH_RESTORING > fileMatch) {
      return lend(best, null, bestMatch, cells);
    }
    if (fileMatch >= WORTH_RESTORING) {
      file.readers++;
      return lend(oldest, file, fileMatch, cells);
    }
    return lend(oldest, null, common(oldest.content, path), cells);
  }

  private Lease lend(final Slot slot, final SavedPath file, final int match, final long cells) {
    slot.busy = true;
    slot.used = ++clock;
    reservedCells += cells;
    return new Lease(
        Arrays.asList(slots).indexOf(slot), file == null ? null : file.file, match, cells);
  }

  private SavedPath bestFile(final int[] path) {
    SavedPath best = null;
    int most = 0;
    for (final SavedPath file : saved) {
      final int common = common(file.content, path);
      if (common > most) {
        best = file;
        most = common;
      }
    }
    if (best != null) {
      best.used = ++clock;
    }
    return best;
  }

  private static int common(final int[] content, final int[] path) {
    final int differs = Arrays.mismatch(content, path);
    return differs < 0 ? content.length : differs;
  }

  /**
   * Tells that the file of a lease was restored, or could not be.
   *
   * @param lease whose file was read.
   * @param isGood whether it was restored; a file that was not is forgotten.
   */
  public void restored(final Lease lease, final boolean isGood) {
    lock.lock();
    try {
      for (final SavedPath file : saved) {
        if (file.file.equals(lease.file())) {
          file.readers--;
          if (!isGood) {
            file.content = new int[0];
          }
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Names a file to save a path to, unless it is saved already.
   *
   * @param path of the tokens that a slot holds.
   * @return the name, or null where a file holds the path or all files are being read.
   */
  public String fileFor(final int[] path) {
    lock.lock();
    try {
      SavedPath oldest = null;
      for (final SavedPath file : saved) {
        if (file.content.length == path.length && common(file.content, path) == path.length) {
          return null;
        }
        if (file.readers == 0 && (oldest == null || file.used < oldest.used)) {
          oldest = file;
        }
      }
      if (saved.size() < FILES_PER_SLOT * slots.length) {
        oldest = new SavedPath(filePrefix + saved.size() + ".slot");
        saved.add(oldest);
      }
      if (oldest == null) {
        return null;
      }
      oldest.content = new int[0];
      oldest.used = ++clock;
      return oldest.file;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Remembers what a file holds.
   *
   * @param name of the file, of {@link #fileFor}.
   * @param path of tokens; kept.
   */
  public void saved(final String name, final int[] path) {
    lock.lock();
    try {
      for (final SavedPath file : saved) {
        if (file.file.equals(name)) {
          file.content = path;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Gives a slot back.
   *
   * @param lease of it.
   * @param content it holds now; kept; empty where nobody knows.
   */
  public void release(final Lease lease, final int[] content) {
    lock.lock();
    try {
      slots[lease.slot()].content = content;
      slots[lease.slot()].busy = false;
      reservedCells -= lease.cells();
      freed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Finds how much of a path some slot or file holds.
   *
   * @param path of tokens.
   * @return the tokens of its longest known beginning.
   */
  public int match(final int[] path) {
    lock.lock();
    try {
      int most = 0;
      for (final Slot slot : slots) {
        most = Math.max(most, slot.busy ? 0 : common(slot.content, path));
      }
      for (final SavedPath file : saved) {
        most = Math.max(most, common(file.content, path));
      }
      return most;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Finds how much of a path some file holds, for as many as want it.
   *
   * @param path of tokens.
   * @return the tokens of its longest saved beginning.
   */
  public int savedMatch(final int[] path) {
    lock.lock();
    try {
      int most = 0;
      for (final SavedPath file : saved) {
        most = Math.max(most, common(file.content, path));
      }
      return most;
    } finally {
      lock.unlock();
    }
  }

  /** Reserves less from now on: the server ran out of positions. */
  public void lowerLimit() {
    lock.lock();
    try {
      mostCells = Math.max(1, Math.min(mostCells, reservedCells) * 3 / 4);
    } finally {
      lock.unlock();
    }
  }

  /** Forgets everything: the server was started anew. */
  public void clear() {
    lock.lock();
    try {
      for (final Slot slot : slots) {
        slot.content = new int[0];
      }
      saved.forEach(file -> file.content = new int[0]);
    } finally {
      lock.unlock();
    }
  }
}
