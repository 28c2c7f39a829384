package dev.coppice.worlds.python;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Collects what a cell writes until its closing mark comes, keeping the beginning alone.
 *
 * <p>A mark begins with a NUL, has no other, and holds a nonce that is drawn for each cell; so a
 * cell cannot end an output before it has dug up its own nonce, and then it ends its own alone.
 *
 * @thread one pumps, another awaits.
 */
final class CellOutput {
  /** What a cell may write before it is stopped, however much of it is shown. */
  static final long FLOOD_BYTES = 64L << 20;

  private static final int CHUNK_BYTES = 1 << 14;
  private static final int LONGEST_STATUS_BYTES = 64;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private byte[] mark;
  private int matched;
  private int keepBytes;
  private long seenBytes;
  private StringBuilder status;
  private boolean complete;
  private boolean over;

  /** Begins an output; what came before it is forgotten. */
  void begin(final String mark, final int keepBytes) {
    lock.lock();
    try {
      this.mark = mark.getBytes(StandardCharsets.ISO_8859_1);
      this.keepBytes = keepBytes;
      kept.reset();
      matched = 0;
      seenBytes = 0;
      status = null;
      complete = false;
    } finally {
      lock.unlock();
    }
  }

  /** Reads a stream to its end. */
  void pump(final ReadableByteChannel channel) {
    final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    try (channel) {
      for (int count = channel.read(chunk); count >= 0; count = channel.read(chunk.clear())) {
        accept(chunk.array(), count);
      }
    } catch (IOException e) {
      // The process was killed: the stream ends here, as it would at its end.
    } finally {
      lock.lock();
      try {
        over = true;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private void accept(final byte[] chunk, final int count) {
    lock.lock();
    try {
      for (int i = 0; i < count && mark != null && !complete; i++) {
        accept(chunk[i]);
      }
      if (complete || seenBytes > FLOOD_BYTES) {
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private void accept(final byte next) {
    if (status != null) {
      complete = next == '\n' || status.length() >= LONGEST_STATUS_BYTES;
      status.append(complete ? "" : (char) next);
      return;
    }
    seenBytes++;
    if (kept.size() < keepBytes + mark.length) {
      kept.write(next);
    }
    matched = next == mark[matched] ? matched + 1 : next == mark[0] ? 1 : 0;
    if (matched == mark.length) {
      status = new StringBuilder();
    }
  }

  /**
   * Waits for the closing mark.
   *
   * @param timeoutNs to wait.
   * @return the result; its status is TIMEOUT if the mark has not come by then.
   * @throws InterruptedException if the thread is interrupted.
   */
  CellResult await(final long timeoutNs) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long leftNs = timeoutNs;
      while (!complete && !over && seenBytes <= FLOOD_BYTES && leftNs > 0) {
        leftNs = changed.awaitNanos(leftNs);
      }
      return result();
    } finally {
      lock.unlock();
    }
  }

  private CellResult result() {
    final long written = complete ? seenBytes - mark.length : seenBytes;
    final byte[] bytes = kept.toByteArray();
    final int shown = (int) Math.min(Math.min(written, keepBytes), bytes.length);
    return new CellResult(
        ending(), new String(bytes, 0, shown, StandardCharsets.UTF_8), written - shown);
  }

  private CellResult.Status ending() {
    if (complete) {
      return switch (status.toString().strip().split(" ", 2)[0]) {
        case "", "ok" -> CellResult.Status.OK;
        case "error" -> CellResult.Status.RAISED;
        case "moved" -> CellResult.Status.MOVED;
        default -> CellResult.Status.DIED;
      };
    }
    if (over) {
      return CellResult.Status.DIED;
    }
    return seenBytes > FLOOD_BYTES ? CellResult.Status.FLOODED : CellResult.Status.TIMEOUT;
  }

  /** Returns what stood behind the status of a complete output. */
  String more() {
    lock.lock();
    try {
      final String[] said = complete ? status.toString().strip().split(" ", 2) : new String[0];
      return said.length < 2 ? "" : said[1];
    } finally {
      lock.unlock();
    }
  }

  /** Gives the pump a little time to read to the end of a process that has died. */
  void awaitEnd(final long timeoutMs) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long leftNs = TimeUnit.MILLISECONDS.toNanos(timeoutMs);
      while (!over && leftNs > 0) {
        leftNs = changed.awaitNanos(leftNs);
      }
    } finally {
      lock.unlock();
    }
  }
}
