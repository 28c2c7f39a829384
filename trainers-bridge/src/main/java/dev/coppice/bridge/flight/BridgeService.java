package dev.coppice.bridge.flight;

import dev.coppice.bridge.outbox.Offer;
import dev.coppice.bridge.outbox.Outbox;
import dev.coppice.bridge.outbox.OutboxLimits;
import dev.coppice.bridge.outbox.SealedGroup;
import dev.coppice.bridge.segment.SegmentFormatException;
import dev.coppice.bridge.segment.SegmentSeal;
import dev.coppice.bridge.segment.SegmentSource;
import dev.coppice.bridge.wire.PackedGroup;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Holds what actions and streams share.
 *
 * @thread any.
 */
final class BridgeService {
  private final Outbox outbox;
  private final OutboxLimits limits;
  private final RolloutSource source;
  private final SegmentSource segments;
  private final int maxMessageBytes;
  private final LongSupplier allocatedBytes;
  private final Set<String> verified = ConcurrentHashMap.newKeySet();

  /** Segments that streams read, with the number of streams; guarded by itself. */
  private final Map<String, Integer> reading = new HashMap<>();

  /** Segments whose groups have all ended and whose files are there; guarded by {@code reading}. */
  private final Set<String> emptied = new LinkedHashSet<>();

  private volatile boolean closed;

  BridgeService(
      final BridgeServer.Parts parts,
      final int maxMessageBytes,
      final LongSupplier allocatedBytes) {
    this.outbox = parts.outbox();
    this.limits = parts.limits();
    this.source = parts.source();
    this.segments = parts.segments();
    this.maxMessageBytes = maxMessageBytes;
    this.allocatedBytes = allocatedBytes;
  }

  Outbox outbox() {
    return outbox;
  }

  OutboxLimits limits() {
    return limits;
  }

  RolloutSource source() {
    return source;
  }

  SegmentSource segments() {
    return segments;
  }

  int maxMessageBytes() {
    return maxMessageBytes;
  }

  /** Returns the Arrow memory that calls hold. */
  long allocatedBytes() {
    return allocatedBytes.getAsLong();
  }

  boolean isClosed() {
    return closed;
  }

  void close() {
    closed = true;
  }

  /** Checks a segment against its seal before it is first shown to a trainer. */
  void verify(final SegmentSeal seal) {
    if (!verified.contains(seal.name())) {
      segments.check(seal);
      verified.add(seal.name());
    }
  }

  /** Ends the groups of a segment that is not what was sealed, and keeps its files apart. */
  void quarantine(final SegmentSeal seal, final SegmentFormatException fault) {
    final List<Long> groups = outbox.quarantine(seal, "corrupt");
    segments.setAside(seal);
    source.note("quarantined groups " + groups + ": " + fault.getMessage());
    cleanUp();
  }

  /**
   * Keeps the files of a segment where they are until {@link #leave}: a trainer may acknowledge
   * groups that an earlier stream brought while this one is about to send them again.
   *
   * @param offer whose segment is read.
   * @return those of its groups that have not ended; only they may be read and sent.
   */
  List<Long> enter(final Offer offer) {
    synchronized (reading) {
      reading.merge(offer.segment().name(), 1, Integer::sum);
    }
    return outbox.openAmong(offer.groups());
  }

  /**
   * Counts the tokens of sealed groups.
   *
   * @return them by the number of the group, without those that have ended meanwhile.
   */
  Map<Long, Long> tokens(final SegmentSeal seal, final List<SealedGroup> groups) {
    final List<Long> numbers = groups.stream().map(SealedGroup::group).toList();
    final Offer offer = new Offer(seal, numbers, false);
    final Map<Long, Long> tokens = new HashMap<>();
    try {
      final List<Long> open = enter(offer);
      if (!open.isEmpty()) {
        verify(seal);
        for (final PackedGroup group : segments.read(seal, open)) {
          tokens.put(group.nodes().getFirst().place().group(), group.tokenCount());
        }
      }
    } catch (final SegmentFormatException e) {
      quarantine(seal, e);
    } finally {
      leave(offer);
    }
    return tokens;
  }

  /** Ends what {@link #enter} began. */
  void leave(final Offer offer) {
    synchronized (reading) {
      reading.computeIfPresent(
          offer.segment().name(), (name, streams) -> streams == 1 ? null : streams - 1);
    }
    cleanUp();
  }

  /** Deletes the files of segments whose groups have all ended and which no stream reads. */
  void cleanUp() {
    synchronized (reading) {
      emptied.addAll(outbox.takeEmptied());
      for (final String name : List.copyOf(emptied)) {
        if (!reading.containsKey(name)) {
          emptied.remove(name);
          verified.remove(name);
          segments.delete(name);
        }
      }
    }
  }
}
