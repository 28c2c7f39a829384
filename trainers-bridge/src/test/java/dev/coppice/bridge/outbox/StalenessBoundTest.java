package dev.coppice.bridge.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.bridge.disk.SealedBytes;
import dev.coppice.bridge.segment.SegmentSeal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trains in every order a loop may have, and counts how old the groups are that it gets. */
class StalenessBoundTest {
  private static final int STEPS = 8;

  @TempDir private Path folder;
  private final Map<Long, Integer> born = new HashMap<>();
  private int version;
  private int segments;
  private int most;
  private Outbox outbox;

  /** What a loop does with a batch it has trained. */
  private enum Order {
    ACK_THEN_PUBLISH,
    PUBLISH_THEN_ACK,
    PUBLISH_EVERY_THIRD,
    NEVER_PUBLISH
  }

  @BeforeEach
  void begin() {
    born.clear();
    version = 0;
    segments = 0;
    most = 0;
  }

  @Test
  void shouldHoldTheBoundInAnyOrderAndDropNothing() throws Exception {
    for (final Order order : Order.values()) {
      for (int staleness = 0; staleness < 3; staleness++) {
        for (final int batch : new int[] {1, 3, 20}) {
          begin();
          loop(order, staleness, batch);
        }
      }
    }
  }

  private void loop(final Order order, final int staleness, final int batch) throws Exception {
    final String where = order + " staleness=" + staleness + " batch=" + batch;
    final Random random = new Random(where.hashCode());
    final Path log = folder.resolve(order + "-" + staleness + "-" + batch + ".log");
    outbox = Outbox.open(log, new OutboxLimits(8, staleness));
    outbox.submitNext("all", STEPS * batch, 5);
    try (OutboxStream stream = outbox.stream(new OutboxStream.Taker("one", batch, true))) {
      final List<Long> inHand = new ArrayList<>();
      for (int step = 0; step < STEPS; step++) {
        outbox.goOn();
        while (inHand.size() < batch) {
          grow(random);
          final Offer offer = stream.take(64, 0);
          assertTrue(offer != null, "the loop stands still: " + where + " step=" + step);
          inHand.addAll(offer.groups());
        }
        train(order, step, inHand.subList(0, batch), random);
      }
    } finally {
      outbox.close();
    }
    assertEquals(STEPS * (long) batch, outbox.counts().acknowledged(), where);
    assertTrue(most <= staleness, where + " lag=" + most);
    assertTrue(
        order == Order.NEVER_PUBLISH || most == staleness || order == Order.PUBLISH_EVERY_THIRD,
        where + " runs no further ahead than lag=" + most);
  }

  private void train(final Order order, final int step, final List<Long> batch, final Random random)
      throws Exception {
    batch.forEach(group -> most = Math.max(most, version - born.get(group)));
    final List<Long> trained = List.copyOf(batch);
    batch.clear();
    if (order == Order.PUBLISH_THEN_ACK) {
      publish();
    }
    outbox.acknowledge(trained);
    grow(random); // Whatever may be issued now is.
    if (order == Order.ACK_THEN_PUBLISH || order == Order.PUBLISH_EVERY_THIRD && step % 3 == 2) {
      publish();
    }
  }

  private void publish() {
    outbox.publish(new PublishedWeights(++version, "w", "s"));
  }

  /** Issues all there is room for, and seals it in segments of some groups. */
  private void grow(final Random random) throws Exception {
    final List<SealedGroup> sealed = new ArrayList<>();
    for (IssuedGroup group = outbox.issue(0); group != null; group = outbox.issue(0)) {
      born.put(group.group(), version);
      sealed.add(new SealedGroup(group.group(), version));
    }
    while (!sealed.isEmpty()) {
      final List<SealedGroup> some = sealed.subList(0, 1 + random.nextInt(sealed.size()));
      outbox.seal(segment(++segments, some.size()), List.copyOf(some));
      some.clear();
    }
  }

  private static SegmentSeal segment(final int number, final int groups) {
    final SealedBytes bytes = new SealedBytes(number, "0".repeat(64));
    final String name = String.format("seg-%06d", number);
    return new SegmentSeal(name, groups, List.of(new SegmentSeal.SealedFile(name, bytes)));
  }

  @Test
  void shouldRefuseASecondTrainerUntilTheFirstIsGone() {
    outbox = Outbox.open(folder.resolve("two.log"), new OutboxLimits(8, 1));
    final OutboxStream first = outbox.stream(new OutboxStream.Taker("one", 8, true));
    final OutboxStream.Taker other = new OutboxStream.Taker("two", 8, true);
    final Exception refused = assertThrows(IllegalStateException.class, () -> outbox.stream(other));
    assertTrue(refused.getMessage().contains("\"one\""), refused.getMessage());
    try (OutboxStream shared = outbox.stream(new OutboxStream.Taker("one", 8, true))) {
      first.close();
      assertThrows(IllegalStateException.class, () -> outbox.stream(other));
    }
    outbox.stream(other).close();
    outbox.close();
  }
}
