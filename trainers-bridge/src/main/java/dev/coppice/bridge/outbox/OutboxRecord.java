package dev.coppice.bridge.outbox;

import dev.coppice.bridge.segment.SegmentSeal;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** One step of the outbox as {@code bridge.log} holds it. */
sealed interface OutboxRecord {
  /** A trainer asked for groups, numbered in a row from the first. */
  record Submitted(String request, long first, List<Integer> tasks, long cursor)
      implements OutboxRecord {
    public Submitted {
      tasks = List.copyOf(tasks);
    }
  }

  /** The engine was given groups to grow. */
  record Issued(List<Long> groups) implements OutboxRecord {
    public Issued {
      groups = List.copyOf(groups);
    }
  }

  /** A segment is durable. */
  record Sealed(SegmentSeal segment, List<SealedGroup> groups) implements OutboxRecord {
    public Sealed {
      groups = List.copyOf(groups);
    }
  }

  /** Groups are about to be sent. */
  record Offered(List<Long> groups) implements OutboxRecord {
    public Offered {
      groups = List.copyOf(groups);
    }
  }

  /** A trainer has groups for good. */
  record Acknowledged(List<Long> groups) implements OutboxRecord {
    public Acknowledged {
      groups = List.copyOf(groups);
    }
  }

  /** Groups will not be delivered. */
  record Dropped(String reason, List<Long> groups) implements OutboxRecord {
    public Dropped {
      groups = List.copyOf(groups);
    }
  }

  /** Groups must not be delivered; what there is of them is kept separately. */
  record Quarantined(String reason, List<Long> groups) implements OutboxRecord {
    public Quarantined {
      groups = List.copyOf(groups);
    }
  }

  /** Rollouts sample from new weights. */
  record Published(PublishedWeights weights) implements OutboxRecord {}

  /** Everything that has ended, in place of the records it came from. */
  record Snapshot(
      long nextGroup,
      long cursor,
      int lastSegment,
      long acknowledged,
      SortedMap<String, Long> dropped,
      SortedMap<String, Long> quarantined,
      List<Open> open)
      implements OutboxRecord {
    public Snapshot {
      dropped = new TreeMap<>(dropped);
      quarantined = new TreeMap<>(quarantined);
      open = List.copyOf(open);
    }
  }

  /** A request that is remembered by a snapshot. */
  record Remembered(String request, long first, int count) implements OutboxRecord {}

  /** A group that has not ended. */
  record Open(long group, int task, boolean issued) {}
}
