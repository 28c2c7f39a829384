package dev.coppice.bridge.outbox;

/**
 * Takes groups for one trainer's stream; each group once.
 *
 * <p>A group stays with the stream it was offered to until the stream is closed. After that it goes
 * to the next stream that redelivers, unless it was acknowledged.
 *
 * @thread one takes; any may close.
 */
public final class OutboxStream implements AutoCloseable {
  private final Outbox outbox;
  private final boolean redeliver;
  private boolean closed;

  OutboxStream(final Outbox outbox, final boolean redeliver) {
    this.outbox = outbox;
    this.redeliver = redeliver;
  }

  /**
   * Waits for groups and notes that they are offered.
   *
   * @param most groups to take, at least 1.
   * @param timeoutNs to wait at most, in nanoseconds.
   * @return groups of one segment, or null if time ran out or the stream was closed.
   * @throws InterruptedException if interrupted.
   */
  public Offer take(final int most, final long timeoutNs) throws InterruptedException {
    return outbox.take(this, most, timeoutNs);
  }

  /** Returns whether groups that were offered before are taken too. */
  boolean redeliver() {
    return redeliver;
  }

  /** Returns whether the stream is closed; the outbox's lock is held. */
  boolean isClosed() {
    return closed;
  }

  /** Marks the stream closed; the outbox's lock is held. */
  void markClosed() {
    closed = true;
  }

  /** Gives groups that were not acknowledged back and wakes whoever waits in {@link #take}. */
  @Override
  public void close() {
    outbox.release(this);
  }
}
