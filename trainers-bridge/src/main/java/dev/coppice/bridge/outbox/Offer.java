package dev.coppice.bridge.outbox;

import dev.coppice.bridge.segment.SegmentSeal;
import java.util.List;

/**
 * Hands whole groups of one segment to a stream.
 *
 * @param segment that holds the groups.
 * @param groups the numbers of the groups, in the segment's order.
 * @param whole whether these are all groups of the segment.
 */
public record Offer(SegmentSeal segment, List<Long> groups, boolean whole) {
  /** Copies the list. */
  public Offer {
    groups = List.copyOf(groups);
  }
}
