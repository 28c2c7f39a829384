package dev.coppice.bridge.flight;

import dev.coppice.bridge.outbox.Outbox;
import dev.coppice.bridge.outbox.OutboxLimits;
import dev.coppice.bridge.segment.SegmentFormatException;
import dev.coppice.bridge.segment.SegmentSeal;
import dev.coppice.bridge.segment.SegmentSource;
import java.util.List;
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

  /** Deletes the files of segments whose groups have all ended. */
  void cleanUp() {
    for (final String name : outbox.takeEmptied()) {
      verified.remove(name);
      segments.delete(name);
    }
  }
}
