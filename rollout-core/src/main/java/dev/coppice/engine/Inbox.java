package dev.coppice.engine;

import com.lmax.disruptor.EventPoller;
import com.lmax.disruptor.InsufficientCapacityException;
import com.lmax.disruptor.RingBuffer;
import java.util.concurrent.locks.LockSupport;

/**
 * Brings offers and results to the engine thread over a ring with many writers and one reader.
 *
 * @thread {@link #publish} any; {@link #poll} the engine thread.
 */
final class Inbox {
  private static final int SLOTS = 1 << 14;
  private static final long PATIENCE_NS = 60_000_000_000L;
  private static final long PARK_NS = 50_000;

  private final RingBuffer<Slot> ring;
  private final EventPoller<Slot> poller;
  private final long patienceNs;

  /** Takes what is in the ring. */
  @FunctionalInterface
  interface Receiver {
    /** Takes one message. */
    void receive(Object message);
  }

  private static final class Slot {
    private Object message;
  }

  Inbox() {
    this(SLOTS, PATIENCE_NS);
  }

  /** Makes an inbox with a power of two of slots, whose writers wait for room only so long. */
  Inbox(final int slots, final long patienceNs) {
    this.patienceNs = patienceNs;
    ring = RingBuffer.createMultiProducer(Slot::new, slots);
    poller = ring.newPoller();
    ring.addGatingSequences(poller.getSequence());
  }

  /**
   * Publishes a message; waits while the ring is full, which its size makes rare, and gives up where
   * the engine thread takes nothing in any more.
   */
  void publish(final Object message) {
    final long sequence = claim();
    try {
      ring.get(sequence).message = message;
    } finally {
      ring.publish(sequence);
    }
  }

  private long claim() {
    final long startNs = System.nanoTime();
    while (true) {
      try {
        return ring.tryNext();
      } catch (final InsufficientCapacityException full) {
        if (System.nanoTime() - startNs >= patienceNs) {
          throw new IllegalStateException(
              "the engine takes no message in: slots="
                  + ring.getBufferSize()
                  + " waited="
                  + patienceNs / 1_000_000
                  + " ms");
        }
        LockSupport.parkNanos(PARK_NS);
      }
    }
  }

  /** Hands over all messages there are and answers how many. */
  int poll(final Receiver receiver) throws Exception {
    final int[] taken = {0};
    poller.poll(
        (slot, sequence, endOfBatch) -> {
          final Object message = slot.message;
          slot.message = null;
          taken[0]++;
          receiver.receive(message);
          return true;
        });
    return taken[0];
  }
}
