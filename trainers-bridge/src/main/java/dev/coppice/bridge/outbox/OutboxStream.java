package dev.coppice.bridge.outbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

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
  private final Taker taker;
  private boolean closed;

  OutboxStream(final Outbox outbox, final Taker taker) {
    this.outbox = outbox;
    this.taker = taker;
  }

  /**
   * Says who takes groups, and how many it trains at once.
   *
   * @param trainer a name that all streams of one trainer share, or empty where it has none.
   * @param batch the groups of one update, or 0 for as many as configured.
   * @param redeliver whether groups that an earlier stream took and nobody acknowledged come first.
   * @param only the groups it takes, as one of several trainers that were dealt them; empty for all.
   */
  public record Taker(String trainer, int batch, boolean redeliver, Set<Long> only) {
    /** Checks the number. */
    public Taker {
      if (batch < 0) {
        throw new IllegalArgumentException("batch must be at least 0: batch=" + batch);
      }
      only = Set.copyOf(only);
    }

    /**
     * Takes whatever groups there are.
     *
     * @param trainer a name that all streams of one trainer share, or empty where it has none.
     * @param batch the groups of one update, or 0 for as many as configured.
     * @param redeliver whether groups that an earlier stream took and nobody acknowledged come first.
     */
    public Taker(final String trainer, final int batch, final boolean redeliver) {
      this(trainer, batch, redeliver, Set.of());
    }

    boolean takes(final long group) {
      return only.isEmpty() || only.contains(group);
    }

    /**
     * Takes groups without a name.
     *
     * @param redeliver whether groups that an earlier stream took and nobody acknowledged come first.
     * @return a taker of the configured batches.
     */
    public static Taker unnamed(final boolean redeliver) {
      return new Taker("", 0, redeliver);
    }
  }

  /**
   * Knows who takes groups, and how far the engine may be ahead of it.
   *
   * <p>A trainer that says how many groups it trains at once is expected to publish behind every
   * acknowledgement. Until it does, or asks for more groups without, the room it made is held back:
   * whatever is issued in between is sampled from weights that are about to be replaced, and comes one
   * version later than the bound allows.
   *
   * @thread under the outbox's lock.
   */
  static final class Trainers {
    private final OutboxLimits configured;
    private final List<OutboxStream> open = new ArrayList<>();
    private OutboxLimits limits;
    private boolean says;
    private long held;

    Trainers(final OutboxLimits configured) {
      this.configured = configured;
      this.limits = configured;
    }

    /** Notes a stream; two trainers that do not know of each other would share the groups. */
    OutboxStream opened(final OutboxStream stream) {
      final String name = stream.taker.trainer();
      for (final OutboxStream other : open) {
        if (!other.taker.trainer().equals(name)) {
          throw new IllegalStateException(
              "another trainer takes groups from this engine already: \""
                  + other.taker.trainer()
                  + "\", you are \""
                  + name
                  + "\"; end it, or give both one name if they are to share the groups");
        }
      }
      open.add(stream);
      says = stream.taker.batch() > 0;
      limits = says ? new OutboxLimits(stream.taker.batch(), configured.staleness()) : configured;
      held = 0;
      return stream;
    }

    void closed(final OutboxStream stream) {
      open.remove(stream);
    }

    void acknowledged(final int groups) {
      held += says ? groups : 0;
    }

    /** Lets go of what was held back: new weights are in use, or none are coming. */
    void goesOn() {
      held = 0;
    }

    /** Returns how many groups may be issued and not consumed. */
    long ahead() {
      return limits.ahead() - held;
    }
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
    return taker.redeliver();
  }

  /** Returns whether a group is one of those it takes. */
  boolean takes(final long group) {
    return taker.takes(group);
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
