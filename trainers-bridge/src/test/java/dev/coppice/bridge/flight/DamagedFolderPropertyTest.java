package dev.coppice.bridge.flight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.bridge.fixture.FaultyDisk;
import dev.coppice.bridge.journal.JournalFormatException;
import dev.coppice.bridge.outbox.Offer;
import dev.coppice.bridge.outbox.Outbox;
import dev.coppice.bridge.outbox.OutboxStream;
import dev.coppice.bridge.segment.SegmentFormatException;
import dev.coppice.bridge.segment.SegmentSource;
import dev.coppice.bridge.wire.CreditedGroup;
import dev.coppice.bridge.wire.NodeRow;
import dev.coppice.bridge.wire.PackedGroup;
import dev.coppice.bridge.wire.TreePacker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damages a served folder in every way of one byte or bit: what is delivered was sealed as such. */
class DamagedFolderPropertyTest {
  private static final int FLIPS = 1_000;
  private static final Set<Long> ENDED = Set.of(0L, 3L);
  private static final Set<Long> OPEN = Set.of(1L, 2L, 4L, 5L);

  @TempDir private Path folder;
  private final Map<String, byte[]> files = new TreeMap<>();
  private final Map<Long, PackedGroup> wanted = new HashMap<>();
  private Path home;

  /** Leaves six groups in three segments: one acknowledged, one dropped, two offered, two sealed. */
  @BeforeEach
  void live() throws Exception {
    home = Files.createDirectory(folder.resolve("run"));
    try (ServedGroups served = new ServedGroups(home)) {
      served.seal(2);
      served.seal(2);
      served.seal(2);
      try (OutboxStream stream = served.outbox.stream(OutboxStream.Taker.unnamed(true))) {
        stream.take(2, 0);
        stream.take(2, 0);
      }
      served.outbox.acknowledge(List.of(0L));
      served.outbox.drop(List.of(3L), "unscored");
      for (final Map.Entry<Long, CreditedGroup> group : served.groups.entrySet()) {
        wanted.put(group.getKey(), TreePacker.pack(group.getValue()));
      }
    }
    try (Stream<Path> all = Files.walk(home)) {
      for (final Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(home.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
  }

  private void restore(final String damaged, final byte[] content) throws IOException {
    for (final Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(
          home.resolve(file.getKey()), file.getKey().equals(damaged) ? content : file.getValue());
    }
  }

  /** Delivers what an engine would, or returns null if it refuses to start. */
  private Set<Long> deliver(final String where) throws Exception {
    final SegmentSource segments =
        new SegmentSource(home.resolve("trajectories"), ServedGroups.HEADER);
    final Set<Long> delivered = new HashSet<>();
    try (Outbox outbox =
        Outbox.open(
            new FaultyDisk(Long.MAX_VALUE), home.resolve("bridge.log"), ServedGroups.LIMITS)) {
      final BridgeService service =
          new BridgeService(
              new BridgeServer.Parts(outbox, ServedGroups.LIMITS, new ScriptedSource(), segments),
              1 << 20,
              () -> 0);
      try (OutboxStream stream = outbox.stream(OutboxStream.Taker.unnamed(true))) {
        for (Offer offer = stream.take(9, 0); offer != null; offer = stream.take(9, 0)) {
          delivered.addAll(deliver(service, offer, where));
        }
      }
      outbox.counts(); // Throws if they do not add up.
      return delivered;
    } catch (final JournalFormatException e) {
      assertTrue(e.getMessage().contains("bridge.log"), where + " " + e.getMessage());
      return null;
    }
  }

  private Set<Long> deliver(final BridgeService service, final Offer offer, final String where) {
    final Set<Long> delivered = new HashSet<>();
    try {
      service.verify(offer.segment());
      for (final PackedGroup group : service.segments().read(offer.segment(), offer.groups())) {
        final long number = group.nodes().getFirst().group();
        assertTrue(isSame(wanted.get(number), group), "wrong tokens: " + where + " " + number);
        assertTrue(delivered.add(number), "twice: " + where + " " + number);
      }
      assertEquals(new HashSet<>(offer.groups()), delivered, where);
    } catch (final SegmentFormatException e) {
      service.quarantine(offer.segment(), e);
    }
    return delivered;
  }

  private static boolean isSame(final PackedGroup one, final PackedGroup other) {
    boolean same =
        one.leaves().equals(other.leaves()) && one.nodes().size() == other.nodes().size();
    for (int i = 0; same && i < one.nodes().size(); i++) {
      final NodeRow a = one.nodes().get(i);
      final NodeRow b = other.nodes().get(i);
      same =
          Arrays.equals(a.columns().tokens(), b.columns().tokens())
              && Arrays.equals(a.columns().logprobs(), b.columns().logprobs())
              && Arrays.equals(a.columns().lossMask(), b.columns().lossMask())
              && Arrays.equals(a.columns().advantages(), b.columns().advantages())
              && a.columns().versionRuns().equals(b.columns().versionRuns())
              && a.place().parent() == b.place().parent();
    }
    return same;
  }

  @Test
  void shouldDeliverAllThatIsOpenFromAFolderThatIsWhole() throws Exception {
    assertEquals(OPEN, deliver("whole"));
  }

  @Test
  @Tag("slow")
  void shouldDeliverNothingWrongWhenTheJournalIsCutAtAnyByte() throws Exception {
    final byte[] journal = files.get("bridge.log");
    int opened = 0;
    for (int length = 0; length < journal.length; length++) {
      restore("bridge.log", Arrays.copyOf(journal, length));
      opened += deliver("length=" + length) == null ? 0 : 1;
    }
    // A journal that lost its end is what a power cut leaves: its beginning counts.
    assertEquals(journal.length, opened);
  }

  @Test
  void shouldDeliverNothingWrongWhenAnyBitOfJournalOrSegmentsIsFlipped() throws Exception {
    final Random random = new Random(ServedGroups.SEED);
    final List<String> names = List.copyOf(files.keySet());
    int refused = 0;
    int quarantined = 0;
    for (int flip = 0; flip < FLIPS; flip++) {
      final String name = names.get(random.nextInt(names.size()));
      final byte[] damaged = files.get(name).clone();
      final int bit = random.nextInt(damaged.length * Byte.SIZE);
      damaged[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      restore(name, damaged);
      final String where = "seed=" + ServedGroups.SEED + " file=" + name + " bit=" + bit;
      final Set<Long> delivered = deliver(where);
      if (delivered == null) {
        assertEquals("bridge.log", name, where);
        refused++;
        continue;
      }
      ENDED.forEach(group -> assertTrue(!delivered.contains(group), "ended: " + where));
      if (!name.equals("bridge.log")) {
        assertTrue(delivered.size() < OPEN.size() && !delivered.isEmpty(), where + delivered);
        quarantined++;
      }
    }
    assertTrue(
        refused > 100 && quarantined > 700, "refused=" + refused + " of segments=" + quarantined);
  }
}
