package dev.coppice.decoder.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class WaitingSequencesTest {
  private final GrownTree tree = new GrownTree(0, 0);

  @Test
  void shouldHandOutWhatAHeapWouldWhateverIsAddedTakenAndLeft() {
    for (int round = 0; round < 200; round++) {
      final long seed = new Random().nextLong();
      final Random random = new Random(seed);
      final WaitingSequences waiting = new WaitingSequences();
      final PriorityQueue<Sequence> heap =
          new PriorityQueue<>(Comparator.comparingInt(sequence -> sequence.branch));
      final List<Sequence> all = new ArrayList<>();
      for (int step = 0; step < 60; step++) {
        for (int i = random.nextInt(12); i > 0; i--) {
          final Sequence sequence = new Sequence(random.nextInt(1_000_000), tree);
          waiting.add(sequence);
          heap.add(sequence);
          all.add(sequence);
        }
        if (!all.isEmpty() && random.nextInt(4) == 0) {
          final Sequence gone = all.get(random.nextInt(all.size()));
          waiting.remove(gone);
          heap.remove(gone);
        }
        take(waiting, heap, random, "seed=" + seed);
      }
    }
  }

  /** Looks at some of them, keeps some of those, and compares with what the heap gives. */
  private static void take(
      final WaitingSequences waiting,
      final PriorityQueue<Sequence> heap,
      final Random random,
      final String seed) {
    assertEquals(heap.size(), waiting.size(), seed);
    assertEquals(heap.isEmpty(), waiting.isEmpty(), seed);
    final int looks = waiting.isEmpty() ? 0 : random.nextInt(waiting.size() + 1);
    final List<Sequence> back = new ArrayList<>();
    int kept = 0;
    for (int i = 0; i < looks; i++) {
      final Sequence sequence = waiting.get(i);
      assertEquals(heap.poll().branch, sequence.branch, seed);
      if (random.nextBoolean()) {
        waiting.keep(kept++, sequence);
        back.add(sequence);
      }
    }
    waiting.closeGap(kept, looks);
    heap.addAll(back);
  }
}
