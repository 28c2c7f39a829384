package dev.coppice.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.draw.Copies;
import dev.coppice.draw.DrawKey;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Every sample by itself draws from the distribution, whatever the others draw. */
final class CopiesTest {
  /** The chi-square of 9 degrees of freedom exceeds this once in 10 million. */
  private static final double CHI_SQUARE_9 = 51.0;

  private static final int DRAWS = 1_000_000;

  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);

  @Test
  void aSampleDrawsWhatItWouldDrawAlone() {
    final long[] keys = random.longs(6).toArray();
    final Copies copies = Copies.independent(keys);
    for (int draw = 0; draw < 18; draw++) {
      final long alone = DrawKey.child(keys[draw / 3], 11, draw % 3);
      assertEquals(DrawKey.uniform(alone, 11), copies.uniform(draw, 3, 11), "seed=" + seed);
    }
  }

  @Test
  void theMarginalOfEverySampleIsUniform() {
    for (final int count : new int[] {1, 2, 5, 8}) {
      final int[][] bins = new int[count * 2][10];
      final int rounds = DRAWS / (count * 2);
      for (int round = 0; round < rounds; round++) {
        final Copies copies = Copies.systematic(count, random.nextLong());
        for (int draw = 0; draw < count * 2; draw++) {
          bins[draw][(int) (10 * copies.uniform(draw, 2, round))]++;
        }
      }
      for (final int[] counts : bins) {
        assertTrue(chiSquare(counts, rounds) < CHI_SQUARE_9, "seed=" + seed + " count=" + count);
      }
    }
  }

  private static double chiSquare(final int[] counts, final int total) {
    final double expected = (double) total / counts.length;
    return IntStream.of(counts).mapToDouble(n -> (n - expected) * (n - expected) / expected).sum();
  }

  @Test
  void everyTokenGetsTheFloorOrTheCeilingOfItsShare() {
    for (int round = 0; round < 2_000; round++) {
      final int count = 1 + random.nextInt(40);
      final int children = 1 + random.nextInt(4);
      final double[] bounds = random.doubles(7).sorted().toArray();
      final Copies copies = Copies.systematic(count, random.nextLong());
      final int[] drawn = new int[bounds.length + 1];
      for (int draw = 0; draw < count * children; draw++) {
        final int at = Arrays.binarySearch(bounds, copies.uniform(draw, children, round));
        drawn[at < 0 ? -at - 1 : at]++;
      }
      for (int token = 0; token < drawn.length; token++) {
        final double low = token == 0 ? 0 : bounds[token - 1];
        final double high = token == bounds.length ? 1 : bounds[token];
        final double share = (high - low) * count * children;
        final boolean fits = Math.abs(drawn[token] - share) < 1;
        assertTrue(fits, "seed=" + seed + " share=" + share + " drawn=" + drawn[token]);
      }
    }
  }

  @Test
  void samplesThatPartNeverDrawWithOneNumberAgain() {
    final Copies all = Copies.systematic(8, 5);
    final int[] some = {0, 1, 2};
    final double before = all.uniform(0, 1, 4);
    final Copies one = all.apart(some, 1, 3, 17);
    final Copies other = all.apart(some, 1, 3, 18);

    assertEquals(3, one.count());
    assertEquals(before, all.uniform(0, 1, 4));
    assertTrue(one.uniform(0, 1, 4) != other.uniform(0, 1, 4));
    assertTrue(one.uniform(0, 1, 4) != before);
  }

  @Test
  void drawsThatAreNotWantedLeaveTheOthersEvenlySpread() {
    final Copies copies = Copies.systematic(4, 9);
    final int[] rows = IntStream.range(0, 8).map(draw -> copies.rowDraw(draw, 2, 6)).toArray();

    assertEquals("[0, 3, 6, 9, 12, 15, 18, 21]", Arrays.toString(rows));
    assertEquals(
        "[0, 1, 6, 7]",
        Arrays.toString(
            IntStream.range(0, 4)
                .map(draw -> Copies.independent(new long[] {1, 2}).rowDraw(draw, 2, 6))
                .toArray()));
  }

  @Test
  void nobodyIsNoSample() {
    assertThrows(IllegalArgumentException.class, () -> Copies.systematic(0, 1));
    assertThrows(IllegalArgumentException.class, () -> Copies.independent(new long[0]));
  }
}
