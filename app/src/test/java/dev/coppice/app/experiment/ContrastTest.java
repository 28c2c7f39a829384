package dev.coppice.app.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.rollout.TreeLedger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Effects, their errors and their costs, against what is known by construction. */
class ContrastTest {
  private static final Contrast.Shared NOTHING_SHARED =
      new Contrast.Shared() {
        @Override
        public boolean isPlaced(final long group) {
          return true;
        }

        @Override
        public int tokens(final long group, final int[] ids, final boolean isTreated) {
          return 0;
        }
      };

  private static SideGroup group(final String task, final double... rewards) {
    final List<TreeLedger> ledgers = new ArrayList<>();
    Arrays.stream(rewards).forEach(reward -> ledgers.add(new TreeLedger(5, 7, 3, 0, 0, 1, 0)));
    return new SideGroup(task, new int[] {1, 2}, rewards, ledgers);
  }

  private static TreeMap<Long, SideGroup> side(final SideGroup... groups) {
    final TreeMap<Long, SideGroup> side = new TreeMap<>();
    for (final SideGroup group : groups) {
      side.put((long) side.size(), group);
    }
    return side;
  }

  @Test
  void shouldClusterTheErrorByProblem() {
    final Contrast contrast =
        Contrast.of(
            "by hand",
            side(group("a", 0, 0), group("b", 1, 0)),
            side(group("a", 1, 1), group("b", 1, 0)),
            NOTHING_SHARED);

    assertEquals(0.5, contrast.figures().get("effect"));
    // Sums of deviations are +1 and -1: sqrt(2 / 1 * 2) / 4.
    assertEquals(0.5, contrast.figures().get("std_error"), 1e-12);
    assertEquals(2, contrast.figures().get("better_pairs"));
    assertEquals(0, contrast.figures().get("worse_pairs"));
    assertEquals(0, contrast.figures().get("pair_variance"));
    assertEquals(0, contrast.figures().get("computed_tokens"));
  }

  @Test
  void shouldDropThePairOfAFailedBranchAndCountIt() {
    final Contrast contrast =
        Contrast.of(
            "failed",
            side(group("a", 0, Double.NaN), group("b", 1, 0)),
            side(group("a", 1, 1), group("b", Double.NaN, 0)),
            NOTHING_SHARED);

    assertEquals(2, contrast.figures().get("dropped_pairs"));
    assertEquals(2, contrast.figures().get("pairs"));
    assertEquals(0.5, contrast.figures().get("effect"));
  }

  /** The effect of a problem differs from problem to problem; the interval is over problems. */
  @Test
  void shouldCoverPlantedEffects() {
    final long seed = 20261201;
    final SplittableRandom random = new SplittableRandom(seed);
    final double planted = 0.15;
    int inside = 0;
    final int runs = 400;
    for (int run = 0; run < runs; run++) {
      final SideGroup[] control = new SideGroup[40];
      final SideGroup[] treated = new SideGroup[40];
      for (int problem = 0; problem < control.length; problem++) {
        final double base = 0.2 + 0.5 * random.nextDouble();
        final double own = planted + 0.2 * (random.nextDouble() - 0.5);
        final double[] without = new double[4];
        final double[] with = new double[4];
        for (int pair = 0; pair < 4; pair++) {
          final double uniform = random.nextDouble();
          without[pair] = uniform < base ? 1 : 0;
          with[pair] = uniform < base + own ? 1 : 0;
        }
        control[problem] = group("p" + problem, without);
        treated[problem] = group("p" + problem, with);
      }
      final Contrast contrast =
          Contrast.of("planted", side(control), side(treated), NOTHING_SHARED);
      inside +=
          contrast.figures().get("low") <= planted && planted <= contrast.figures().get("high")
              ? 1
              : 0;
    }

    assertTrue(inside >= 0.9 * runs && inside <= 0.99 * runs, "seed=" + seed + " inside=" + inside);
  }
}
