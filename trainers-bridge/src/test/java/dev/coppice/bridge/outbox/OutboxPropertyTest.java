package dev.coppice.bridge.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.bridge.disk.SealedBytes;
import dev.coppice.bridge.journal.JournalDescriptor;
import dev.coppice.bridge.journal.JournalFormatException;
import dev.coppice.bridge.segment.SegmentSeal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds the outbox against a model of sets, crashed at every byte and with bits flipped. */
class OutboxPropertyTest {
  private static final OutboxLimits LIMITS = new OutboxLimits(4, 1);
  private static final long AHEAD = (1 + 1) * 4; // (staleness + 1) x batch
  private static final int STEPS = 120;
  private static final Set<String> OPEN = Set.of("queued", "in flight", "sealed", "offered");

  @TempDir private Path folder;

  /** What a naive reader would say of every group. */
  private static final class Model {
    final Map<Long, String> stage = new TreeMap<>();
    final Map<Long, Integer> oldest = new HashMap<>();
    final Set<Long> held = new HashSet<>();
    int version;
    int segments;

    /** Ends what lies too far behind and is in nobody's hands. */
    void dropStale() {
      for (final Map.Entry<Long, String> group : stage.entrySet()) {
        final boolean free =
            group.getValue().equals("sealed")
                || group.getValue().equals("offered") && !held.contains(group.getKey());
        if (free && oldest.get(group.getKey()) < version - LIMITS.staleness()) {
          group.setValue("ended");
        }
      }
    }

    Model copy() {
      final Model copy = new Model();
      copy.stage.putAll(stage);
      copy.version = version;
      copy.segments = segments;
      return copy;
    }

    long count(final String what) {
      return stage.values().stream().filter(what::equals).count();
    }

    List<Long> all(final String what) {
      return stage.keySet().stream().filter(g -> stage.get(g).equals(what)).toList();
    }

    void put(final List<Long> groups, final String what) {
      groups.forEach(group -> stage.put(group, what));
    }
  }

  /** Says what the model was once the journal had so many bytes. */
  private record Mark(long bytes, Model model) {}

  @Test
  void shouldKnowWhatItKnewWhenTheJournalIsCutAtAnyByte() throws Exception {
    for (long seed = 1; seed <= 3; seed++) {
      final Path journal = folder.resolve("bridge-" + seed + ".log");
      final List<Mark> marks = history(journal, seed);
      final byte[] whole = Files.readAllBytes(journal);
      for (int length = 0; length <= whole.length; length++) {
        final Path cut = folder.resolve("cut.log");
        Files.write(cut, Arrays.copyOf(whole, length));
        assertSays(cut, at(marks, length), "seed=" + seed + " length=" + length);
      }
    }
  }

  @Test
  void shouldRefuseOrForgetNothingThatWasPromisedWhenABitIsFlipped() throws Exception {
    final long seed = 7;
    final Path journal = folder.resolve("bridge.log");
    final List<Mark> marks = history(journal, seed);
    final byte[] whole = Files.readAllBytes(journal);
    final Random random = new Random(seed);
    int refused = 0;
    for (int flip = 0; flip < 1000; flip++) {
      final int bit = random.nextInt(8 * whole.length);
      final byte[] damaged = whole.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      final Path path = folder.resolve("flipped.log");
      Files.write(path, damaged);
      try {
        assertSays(path, marks.getLast().model(), "seed=" + seed + " bit=" + bit);
      } catch (final JournalFormatException e) {
        assertTrue(e.getMessage().contains("flipped.log"), e.getMessage());
        refused++;
      }
    }
    // What opens had its bit in the mark behind the last promise, or in padding.
    assertTrue(refused > 900, "refused=" + refused);
  }

  @Test
  void shouldSayTheSameAfterItsJournalWasRewritten() throws Exception {
    for (long seed = 20; seed < 60; seed++) {
      final Path journal = folder.resolve("rewritten-" + seed + ".log");
      final Model model = history(journal, seed).getLast().model();
      final OutboxState state = new OutboxState();
      OutboxJournal.open(dev.coppice.bridge.disk.Disk.LOCAL, journal, state::apply).close();

      final OutboxState again = new OutboxState();
      for (final OutboxRecord record : state.compacted()) {
        again.apply(RecordCodec.decode(RecordCodec.type(record), RecordCodec.encode(record)));
      }

      assertEquals(state.counts(), again.counts(), "seed=" + seed);
      assertEquals(state.compacted(), again.compacted(), "seed=" + seed);
      assertEquals(model.count("acknowledged"), again.counts().acknowledged(), "seed=" + seed);
    }
  }

  private static Model at(final List<Mark> marks, final int length) {
    Model model = new Model();
    for (final Mark mark : marks) {
      if (mark.bytes() <= length) {
        model = mark.model();
      }
    }
    return model;
  }

  /** Lives a random life and notes after each step what the model says. */
  private List<Mark> history(final Path journal, final long seed) throws Exception {
    final Random random = new Random(seed);
    final Model model = new Model();
    final List<Mark> marks = new ArrayList<>();
    Outbox outbox = Outbox.open(journal, LIMITS);
    OutboxStream stream = outbox.stream(OutboxStream.Taker.unnamed(true));
    for (int step = 0; step < STEPS; step++) {
      switch (random.nextInt(9)) {
        case 0 -> submit(outbox, model, random, step);
        case 1, 2 -> issue(outbox, model);
        case 3 -> seal(outbox, model, random);
        case 4, 5 -> take(stream, model, random);
        case 6 -> acknowledge(outbox, model, random);
        case 7 -> end(outbox, model, random);
        default -> {
          if (random.nextInt(3) == 0) {
            outbox.publish(new PublishedWeights(++model.version, "w", "s"));
          } else {
            stream.close();
            model.held.clear();
            stream = outbox.stream(OutboxStream.Taker.unnamed(true));
          }
        }
      }
      assertSame(model, outbox.counts(), "seed=" + seed + " step=" + step);
      assertTrue(inTheAir(outbox.counts()) <= AHEAD, "seed=" + seed + " step=" + step);
      // A step may be one record or several; a cut between them is looked at by the parts.
      outbox.isBehind();
      marks.add(new Mark(Files.size(journal) - markBytes(journal), model.copy()));
    }
    outbox.close();
    marks.add(new Mark(Files.size(journal), model.copy()));
    return marks;
  }

  private static void assertSame(final Model model, final OutboxCounts counts, final String where) {
    assertEquals(model.stage.size(), counts.submitted(), where);
    assertEquals(model.count("queued"), counts.queued(), where);
    assertEquals(model.count("in flight"), counts.inFlight(), where);
    assertEquals(model.count("sealed"), counts.sealed(), where);
    assertEquals(model.count("offered"), counts.offered(), where);
    assertEquals(model.count("acknowledged"), counts.acknowledged(), where);
    assertEquals(model.count("acknowledged") + model.count("ended"), counts.consumed(), where);
  }

  /** A forced journal ends with a mark of 24 bytes that tells nothing. */
  private static long markBytes(final Path journal) throws IOException {
    final byte[] bytes = Files.readAllBytes(journal);
    final int at = bytes.length - 24;
    return at >= JournalDescriptor.FILE_HEADER_BYTES
            && bytes[at] == 0
            && bytes[at + 4] == 0
            && bytes[at + 1] == 0
        ? 24
        : 0;
  }

  private static long inTheAir(final OutboxCounts counts) {
    return counts.issued() - counts.consumed();
  }

  private static void submit(
      final Outbox outbox, final Model model, final Random random, final int step) {
    final int count = 1 + random.nextInt(4);
    if (random.nextInt(3) == 0) {
      submitNumbered(outbox, model, random.nextInt(300), count);
      return;
    }
    final Submission given = outbox.submitNext("r" + step, count, 5);
    final Submission again = outbox.submitNext("r" + step, count, 5);
    assertEquals(new Submission(given.first(), count, true), again);
    for (int i = 0; i < count; i++) {
      model.stage.put(given.first() + i, "queued");
    }
  }

  /** Submits groups that somebody else numbered, where none of them is known. */
  private static void submitNumbered(
      final Outbox outbox, final Model model, final long first, final int count) {
    final List<Integer> tasks = Collections.nCopies(count, 3);
    final List<Long> numbers = LongStream.range(first, first + count).boxed().toList();
    final boolean isOpen =
        numbers.stream()
            .anyMatch(group -> OPEN.contains(model.stage.getOrDefault(group, "unknown")));
    if (isOpen) {
      assertThrows(
          IllegalArgumentException.class, () -> outbox.submitAs("n" + first, first, tasks));
    } else if (numbers.stream().noneMatch(model.stage::containsKey)) {
      final String request = "as" + first + "+" + count;
      assertEquals(new Submission(first, count, false), outbox.submitAs(request, first, tasks));
      assertEquals(new Submission(first, count, true), outbox.submitAs(request, first, tasks));
      model.put(numbers, "queued");
    }
  }

  private static void issue(final Outbox outbox, final Model model) throws Exception {
    final IssuedGroup group = outbox.issue(0);
    if (group != null) {
      assertEquals("queued", model.stage.put(group.group(), "in flight"));
    }
  }

  private static void seal(final Outbox outbox, final Model model, final Random random) {
    final List<Long> groups = some(model.all("in flight"), random);
    if (!groups.isEmpty()) {
      final int oldest = Math.max(0, model.version - random.nextInt(2));
      outbox.seal(
          segment(++model.segments, groups.size()),
          groups.stream().map(group -> new SealedGroup(group, oldest)).toList());
      model.put(groups, "sealed");
      groups.forEach(group -> model.oldest.put(group, oldest));
    }
  }

  private static SegmentSeal segment(final int number, final int groups) {
    final SealedBytes bytes = new SealedBytes(number, "0".repeat(64));
    final String name = String.format("seg-%06d", number);
    return new SegmentSeal(name, groups, List.of(new SegmentSeal.SealedFile(name, bytes)));
  }

  private static void take(final OutboxStream stream, final Model model, final Random random)
      throws Exception {
    model.dropStale();
    final Set<Long> free = new HashSet<>(model.all("sealed"));
    free.addAll(model.all("offered"));
    free.removeAll(model.held);
    final Offer offer = stream.take(1 + random.nextInt(3), 0);
    assertEquals(free.isEmpty(), offer == null);
    if (offer != null) {
      assertTrue(free.containsAll(offer.groups()), "offered=" + offer.groups());
      model.put(offer.groups(), "offered");
      model.held.addAll(offer.groups());
    }
  }

  private static void acknowledge(final Outbox outbox, final Model model, final Random random) {
    final List<Long> fresh = some(model.all("offered"), random);
    final List<Long> old = new ArrayList<>(some(model.all("acknowledged"), random));
    old.addAll(some(model.all("ended"), random));
    final List<Long> groups = new ArrayList<>(fresh);
    groups.addAll(old);
    groups.addAll(model.all("in flight"));
    final List<Long> unknown = model.all("in flight");

    assertEquals(new AckOutcome(fresh.size(), old.size(), unknown), outbox.acknowledge(groups));
    assertEquals(new AckOutcome(0, fresh.size() + old.size(), unknown), outbox.acknowledge(groups));
    model.put(fresh, "acknowledged");
  }

  private static void end(final Outbox outbox, final Model model, final Random random) {
    final List<Long> groups = some(model.all("in flight"), random);
    if (!groups.isEmpty()) {
      if (random.nextBoolean()) {
        outbox.drop(groups, "unscored");
      } else {
        outbox.quarantine(groups, "unpackable");
      }
      model.put(groups, "ended");
    }
  }

  private static List<Long> some(final List<Long> from, final Random random) {
    return from.stream().filter(group -> random.nextBoolean()).toList();
  }

  private static void assertSays(final Path journal, final Model model, final String where)
      throws Exception {
    try (Outbox outbox = Outbox.open(journal, LIMITS)) {
      final OutboxCounts counts = outbox.counts();
      assertTrue(counts.submitted() >= model.stage.size(), where + " " + counts);
      assertTrue(counts.acknowledged() >= model.count("acknowledged"), where + " " + counts);
      assertTrue(inTheAir(counts) <= AHEAD, where + " " + counts);
      final Set<Long> offered = new HashSet<>();
      try (OutboxStream stream = outbox.stream(OutboxStream.Taker.unnamed(true))) {
        for (Offer offer = stream.take(9, 0); offer != null; offer = stream.take(9, 0)) {
          for (final long group : offer.groups()) {
            assertTrue(offered.add(group), "twice: " + where + " group=" + group);
            final String stage = model.stage.getOrDefault(group, "new");
            assertTrue(!stage.equals("acknowledged") && !stage.equals("ended"), where);
          }
        }
      }
      final Map<String, Long> ids = new HashMap<>();
      outbox.inFlight().forEach(group -> ids.put("g" + group.group(), group.group()));
      assertEquals(counts.inFlight(), ids.size(), where);
    }
  }
}
