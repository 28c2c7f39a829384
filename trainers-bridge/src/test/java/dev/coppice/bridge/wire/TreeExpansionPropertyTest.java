package dev.coppice.bridge.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.bridge.fixture.RandomTrees;
import java.util.List;
import org.junit.jupiter.api.Test;

class TreeExpansionPropertyTest {
  private static final int GROUPS = 2_000;

  @Test
  void shouldGiveTheFlatFormWhenAPackedGroupIsExpanded() {
    for (int seed = 0; seed < GROUPS; seed++) {
      final CreditedGroup group = credited(seed);
      final List<FlatRow> flat = FlatPacker.pack(group);

      final List<FlatRow> expanded = TreeExpander.expand(TreePacker.pack(group));

      assertEquals(flat.size(), expanded.size(), "seed=" + seed);
      for (int i = 0; i < flat.size(); i++) {
        assertTrue(flat.get(i).isSameAs(expanded.get(i)), "seed=" + seed + " row=" + i);
      }
    }
  }

  @Test
  void shouldGiveTheSameLossWhenSharedTokensAreTrainedOnceTimesTheirMultiplicity() {
    for (int seed = 0; seed < GROUPS; seed++) {
      final CreditedGroup group = credited(seed);
      double flatSum = 0;
      double flatCount = 0;
      for (final FlatRow row : FlatPacker.pack(group)) {
        for (int i = 0; i < row.columns().tokens().length; i++) {
          flatSum +=
              row.columns().lossMask()[i]
                  * term(row.columns().advantages(), row.columns().logprobs(), i);
          flatCount += row.columns().lossMask()[i];
        }
      }

      double packedSum = 0;
      double packedCount = 0;
      for (final NodeRow row : TreePacker.pack(group).nodes()) {
        for (int i = 0; i < row.columns().tokens().length; i++) {
          final double weight = row.share().multiplicity() * row.columns().lossMask()[i];
          packedSum += weight * term(row.columns().advantages(), row.columns().logprobs(), i);
          packedCount += weight;
        }
      }

      assertEquals(flatCount, packedCount, "seed=" + seed);
      assertEquals(flatSum, packedSum, 1e-9 * (1 + Math.abs(flatSum)), "seed=" + seed);
    }
  }

  /** Stands for any function of a token, its log-probability and its advantage. */
  private static double term(final float[] advantages, final float[] logprobs, final int i) {
    return (advantages == null ? 1 : advantages[i]) * Math.exp(0.1 * logprobs[i]);
  }

  @Test
  void shouldKeepPreOrderAndPathsWhenTreesShareTheirPrompt() {
    for (int seed = 0; seed < GROUPS; seed++) {
      final PackedGroup packed = TreePacker.pack(credited(seed));

      int depth = 0;
      final int[] path = new int[packed.nodes().size() + 1];
      for (int i = 0; i < packed.nodes().size(); i++) {
        final NodeRow row = packed.nodes().get(i);
        assertEquals(i, row.place().node(), "seed=" + seed);
        while (depth > 0 && path[depth - 1] != row.place().parent()) {
          depth--;
        }
        assertTrue(
            depth > 0 || row.place().parent() == -1,
            "not in pre-order: seed=" + seed + " row=" + i);
        path[depth++] = i;
      }
    }
  }

  @Test
  void shouldTrainNothingOfAPathWithoutAReward() {
    int unscored = 0;
    for (int seed = 0; seed < GROUPS; seed++) {
      for (final FlatRow row : FlatPacker.pack(credited(seed))) {
        if (!row.path().isScored()) {
          unscored++;
          for (final byte mask : row.columns().lossMask()) {
            assertEquals(0, mask, "seed=" + seed);
          }
        }
      }
    }
    assertTrue(unscored > GROUPS, "unscored=" + unscored);
  }

  static CreditedGroup credited(final long seed) {
    final RandomTrees source = new RandomTrees(seed);
    final var group = source.group(seed);
    return new CreditedGroup(
        group, seed % 4 == 0 ? List.of() : group.trees().stream().map(source::credit).toList());
  }
}
