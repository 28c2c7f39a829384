package dev.coppice.decoder.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.model.BackendException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PathBackendTest {
  private static final int VOCABULARY = 100;

  private final List<List<Integer>> seen = new ArrayList<>();
  private final PathBackend backend =
      new PathBackend(
          "paths",
          VOCABULARY,
          64,
          (path, length, target, offset) -> {
            seen.add(Arrays.stream(path, 0, length).boxed().toList());
            target[offset + path[length - 1]] = 1f;
          });
  private final ForwardBatch batch = new ForwardBatch();
  private final Logits logits = new Logits();

  @Test
  void shouldShowThePolicyTheWholePathWhenItIsComputedInPieces() {
    backend.allocate(4, 4);
    row(0, new int[] {3, 1}, 2, 10, 11, 12, 13, 14);
    backend.forward(batch, logits);
    batch.clear();
    row(5, new int[] {3, 1}, 0, 15);
    backend.forward(batch, logits);

    assertEquals(
        List.of(
            List.of(10, 11, 12),
            List.of(10, 11, 12, 13),
            List.of(10, 11, 12, 13, 14),
            List.of(10, 11, 12, 13, 14, 15)),
        seen);
    assertEquals(1f, logits.values()[logits.offset(0) + 15]);
    assertEquals(1, logits.rows());
  }

  @Test
  void shouldFailThePathAloneThatThePolicyDoesNotKnow() {
    final PathBackend replay =
        new PathBackend(
            "replay",
            VOCABULARY,
            64,
            (path, length, target, offset) -> {
              if (path[0] == 13) {
                throw new BackendException("path left its script: path=" + path[0], null);
              }
              target[offset + path[length - 1]] = 1f;
            });
    replay.allocate(4, 4);
    row(0, new int[] {0}, 0, 11);
    row(0, new int[] {1}, 0, 13);
    row(0, new int[] {2}, 0, 12);

    replay.forward(batch, logits);

    assertEquals(3, logits.rows());
    assertEquals(null, logits.failure(0));
    assertEquals("path left its script: path=13", logits.failure(1));
    assertEquals(null, logits.failure(2));
    assertEquals(1f, logits.values()[logits.offset(2) + 12]);
    batch.clear();
    row(1, new int[] {0}, 0, 14);
    replay.forward(batch, logits);
    assertEquals(null, logits.failure(0));
    assertEquals(null, logits.failure(1));
  }

  @Test
  void shouldShareFullBlocksAndCopyThePartialOneWhenASequenceForks() {
    backend.allocate(4, 4);
    row(0, new int[] {0, 1}, 6, 1, 2, 3, 4, 5, 6);
    backend.forward(batch, logits);
    backend.copyBlock(1, 2, 2);
    batch.clear();
    row(6, new int[] {0, 1}, 0, 7);
    row(6, new int[] {0, 2}, 0, 8);
    backend.forward(batch, logits);

    assertEquals(List.of(List.of(1, 2, 3, 4, 5, 6, 7), List.of(1, 2, 3, 4, 5, 6, 8)), seen);
  }

  @Test
  void shouldComputeTheSameWhenRowsRunAloneOrTogether() {
    for (int seed = 0; seed < 50; seed++) {
      final SplittableRandom random = new SplittableRandom(seed);
      backend.allocate(16, 4);
      final int[][] tokens = new int[3][];
      for (int row = 0; row < tokens.length; row++) {
        tokens[row] = random.ints(1 + random.nextInt(16), 0, VOCABULARY).toArray();
      }
      seen.clear();
      batch.clear();
      for (int row = 0; row < tokens.length; row++) {
        row(0, blocks(row), tokens[row].length - 1, tokens[row]);
      }
      backend.forward(batch, logits);
      final List<List<Integer>> together = List.copyOf(seen);
      seen.clear();
      for (int row = 0; row < tokens.length; row++) {
        batch.clear();
        row(0, blocks(row), tokens[row].length - 1, tokens[row]);
        backend.forward(batch, logits);
      }
      assertEquals(together, seen, "seed=" + seed);
    }
  }

  private static int[] blocks(final int row) {
    return new int[] {4 * row, 4 * row + 1, 4 * row + 2, 4 * row + 3};
  }

  @Test
  void shouldFailLoudlyWhenBlocksAreWrong() {
    backend.allocate(2, 4);

    row(3, new int[] {0}, 0, 1);
    assertMessage("never written: row=0 position=0");
    batch.clear();
    row(0, new int[] {0}, 0, 1, 2, 3, 4, 5);
    assertMessage("too few blocks: row=0 position=4");
    batch.clear();
    row(0, new int[] {0}, 0, VOCABULARY);
    assertMessage("no such token: token=100");
  }

  @Test
  void shouldCountTheBytesOfABlock() {
    assertEquals(64, backend.blockBytes(16));
    assertEquals(64, backend.contextTokens());
    assertThrows(
        IllegalArgumentException.class, () -> new PathBackend("x", 0, 1, (p, l, t, o) -> {}));
  }

  private void assertMessage(final String expected) {
    final BackendException failure =
        assertThrows(BackendException.class, () -> backend.forward(batch, logits));
    assertTrue(failure.getMessage().contains(expected), failure.getMessage());
  }

  private void row(final int start, final int[] blocks, final int from, final int... tokens) {
    final int row = batch.addRow(start, tokens.length, blocks.length, from);
    for (int i = 0; i < tokens.length; i++) {
      batch.token(row, i, tokens[i]);
    }
    for (int i = 0; i < blocks.length; i++) {
      batch.block(row, i, blocks[i]);
    }
  }
}
