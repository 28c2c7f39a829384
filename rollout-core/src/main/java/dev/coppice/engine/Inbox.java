package dev.coppice.engine;

import com.lmax.disruptor.EventPoller;
import com.lmax.disruptor.RingBuffer;

/**
 * Brings offers and results to the engine thread over a ring with many writers and one reader.
 *
 * @thread {@link #publish} any; {@link #poll} the engine thread.
 */
final class Inbox {
  private static final int SLOTS = 1 << 14;

  private final RingBuffer<Slot> ring;
  private final EventPoller<Slot> poller;

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
    this(SLOTS);
  }

  /** Makes an inbox with a power of two of slots. */
  Inbox(final int slots) {
    ring = RingBuffer.createMultiProducer(Slot::new, slots);
    poller = ring.newPoller();
    ring.addGatingSequences(poller.getSequence());
  }

  /** Publishes a message; waits while the ring is full, which its size makes rare. */
  void publish(final Object message) {
    final long sequence = ring.next();
    try {
      ring.get(sequence).message = message;
    } finally {
      ring.publish(sequence);
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
