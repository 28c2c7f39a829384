package dev.coppice.app.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.coppice.bridge.flight.GroupFeed;
import dev.coppice.bridge.segment.SegmentForm;
import dev.coppice.bridge.wire.PackedGroup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Takes groups from an open stream as they come and hands them out by number.
 *
 * @thread one, beside its own reader.
 */
final class GroupIntake implements AutoCloseable {
  private static final long LOOK_S = 2;
  private static final int QUIET_LOOKS = 3;

  private final EngineLink link;
  private final GroupFeed feed;
  private final LinkedBlockingQueue<Object> queue = new LinkedBlockingQueue<>();
  private final Map<Long, PackedGroup> waiting = new HashMap<>();
  private final Thread reader;
  private volatile boolean closing;

  GroupIntake(final EngineLink link) {
    this.link = link;
    this.feed = link.client().groups(SegmentForm.TREE_PACKED, 0, true);
    this.reader = Thread.ofPlatform().daemon(true).name("coppice-groups").start(this::read);
  }

  private void read() {
    try {
      while (feed.next()) {
        queue.addAll(feed.groups());
      }
      queue.add(new IllegalStateException("the engine ended the stream"));
    } catch (RuntimeException e) {
      if (!closing) {
        queue.add(e);
      }
    }
  }

  /**
   * Waits for groups; those the engine dropped or quarantined are left out.
   *
   * @return the groups in the order of their numbers.
   * @throws IllegalStateException if the stream broke.
   */
  List<PackedGroup> collect(final Collection<Long> numbers)
      throws InterruptedException, IOException {
    final TreeSet<Long> missing = new TreeSet<>(numbers);
    missing.removeAll(waiting.keySet());
    int quiet = 0;
    while (!missing.isEmpty() && quiet < QUIET_LOOKS) {
      final Object next = queue.poll(LOOK_S, TimeUnit.SECONDS);
      if (next instanceof RuntimeException broken) {
        throw new IllegalStateException("the stream broke: " + broken.getMessage(), broken);
      }
      if (next instanceof PackedGroup group) {
        final long number = group.leaves().getFirst().group();
        waiting.put(number, group);
        missing.remove(number);
        quiet = 0;
      } else {
        quiet = isQuiet() ? quiet + 1 : 0;
      }
    }
    final List<PackedGroup> groups = new ArrayList<>();
    for (final long number : new TreeSet<>(numbers)) {
      final PackedGroup group = waiting.remove(number);
      if (group != null) {
        groups.add(group);
      }
    }
    return groups;
  }

  /** Tells whether nothing more can come of what was asked for. */
  private boolean isQuiet() throws IOException {
    final JsonNode counts = link.status().path("counts");
    return counts.path("queued").asLong() == 0
        && counts.path("in_flight").asLong() == 0
        && counts.path("sealed").asLong() == 0;
  }

  @Override
  public void close() {
    closing = true;
    feed.close();
    try {
      reader.join(TimeUnit.SECONDS.toMillis(LOOK_S));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
