package dev.coppice.bridge.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.bridge.fixture.RandomTrees;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.NodeMark;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
  void shouldGiveTheSameLossAsPathsByDrawsAsDrawsAndAsATree() {
    for (int seed = 0; seed < GROUPS; seed++) {
      final CreditedGroup group = credited(seed);
      double flatSum = 0;
      double flatCount = 0;
      for (final FlatRow row : FlatPacker.pack(group)) {
        for (int i = 0; i < row.columns().tokens().length; i++) {
          final int weight = row.path().draws() * row.columns().lossMask()[i];
          flatSum += weight * term(row.columns().advantages(), row.columns().logprobs(), i);
          flatCount += weight;
        }
      }

      double packedSum = 0;
      double packedCount = 0;
      final PackedGroup packed = TreePacker.pack(group);
      final int[] draws = packed.scoredDraws();
      for (final NodeRow row : packed.nodes()) {
        for (int i = 0; i < row.columns().tokens().length; i++) {
          final double weight = draws[row.place().node()] * row.columns().lossMask()[i];
          packedSum += weight * term(row.columns().advantages(), row.columns().logprobs(), i);
          packedCount += weight;
        }
      }

      double drawSum = 0;
      double drawCount = 0;
      for (final FlatRow row : FlatRow.perDraw(TreeExpander.expand(packed))) {
        assertEquals(1, row.path().draws(), "seed=" + seed);
        for (int i = 0; i < row.columns().tokens().length; i++) {
          drawSum +=
              row.columns().lossMask()[i]
                  * term(row.columns().advantages(), row.columns().logprobs(), i);
          drawCount += row.columns().lossMask()[i];
        }
      }

      assertEquals(flatCount, drawCount, "seed=" + seed);
      assertEquals(flatSum, drawSum, 1e-9 * (1 + Math.abs(flatSum)), "seed=" + seed);
      assertEquals(flatCount, packedCount, "seed=" + seed);
      assertEquals(flatSum, packedSum, 1e-9 * (1 + Math.abs(flatSum)), "seed=" + seed);
    }
  }

  /** Stands for any function of a token, its log-probability and its advantage. */
  private static double term(final float[] advantages, final float[] logprobs, final int i) {
    return (advantages == null ? 1 : advantages[i]) * Math.exp(0.1 * logprobs[i]);
  }

  @Test
  void shouldCountMultiplicityInPathsAndScoredDrawsInDraws() {
    int apart = 0;
    for (int seed = 0; seed < GROUPS; seed++) {
      final CreditedGroup group = credited(seed);
      final PackedGroup packed = TreePacker.pack(group);
      final int[] paths = new int[packed.nodes().size()];
      final int[] draws = new int[packed.nodes().size()];
      for (final LeafRow leaf : packed.leaves()) {
        for (int at = leaf.place().node();
            at >= 0 && leaf.isScored();
            at = packed.nodes().get(at).place().parent()) {
          paths[at]++;
          draws[at] += leaf.draws();
        }
      }

      assertArrayEquals(draws, packed.scoredDraws(), "seed=" + seed);
      assertArrayEquals(
          paths,
          packed.nodes().stream().mapToInt(row -> row.share().multiplicity()).toArray(),
          "seed=" + seed);
      apart += Arrays.equals(paths, draws) ? 0 : 1;
    }
    assertTrue(apart > GROUPS / 4, "apart=" + apart);
  }

  @Test
  void shouldWeighTheTreesOfAGroupByTheDrawsOfTheirRoots() {
    for (int seed = 0; seed < GROUPS; seed++) {
      final CreditedGroup group = credited(seed);
      final PackedGroup packed = TreePacker.pack(group);
      final long roots = group.group().trees().stream().mapToLong(TrajectoryTree::draws).sum();
      final long packedRoots =
          packed.nodes().stream()
              .filter(row -> row.place().parent() < 0)
              .mapToLong(row -> row.share().draws())
              .sum();
      assertEquals(roots, packedRoots, "seed=" + seed);

      double mass = 0;
      double whole = 0;
      for (final TrajectoryTree tree : group.group().trees()) {
        for (final Leaf leaf : tree.leaves()) {
          whole += tree.pathWeight(leaf.node()) * tree.draws() / roots;
        }
      }
      for (final LeafRow leaf : packed.leaves()) {
        mass += leaf.weight();
      }
      assertEquals(1, mass, 1e-5, "seed=" + seed);
      assertEquals(whole, mass, 1e-5, "seed=" + seed);
      final double perDraw =
          FlatRow.perDraw(FlatPacker.pack(group)).stream()
              .mapToDouble(row -> row.path().weight())
              .sum();
      assertEquals(mass, perDraw, 1e-5, "seed=" + seed);
    }
  }

  @Test
  void shouldNumberTheRowsOfDrawsUniquelyAndKeepThePlaceOfTheirPath() {
    for (int seed = 0; seed < GROUPS; seed++) {
      final CreditedGroup group = credited(seed);
      final List<FlatRow> rows = FlatRow.perDraw(FlatPacker.pack(group));
      final Map<Integer, Integer> perPath = new HashMap<>();
      final Set<Long> numbers = new HashSet<>();
      rows.forEach(row -> perPath.merge(row.path().place().leaf(), 1, Integer::sum));
      rows.forEach(row -> numbers.add(row.path().place().rollout()));

      assertEquals(group.group().drawCount(), rows.size(), "seed=" + seed);
      assertEquals(rows.size(), numbers.size(), "seed=" + seed);
      for (final FlatRow path : FlatPacker.pack(group)) {
        assertEquals(path.path().draws(), perPath.get(path.path().place().leaf()), "seed=" + seed);
      }
    }
  }

  @Test
  void shouldMarkThePlacesOfMarkedNodesInEveryPath() {
    int marked = 0;
    for (int seed = 0; seed < GROUPS; seed++) {
      final CreditedGroup group = credited(seed);
      int row = 0;
      for (final TrajectoryTree tree : group.group().trees()) {
        for (final Leaf leaf : tree.leaves()) {
          final List<FlatRow.MarkRun> expected = new ArrayList<>();
          int end = tree.pathLength(leaf.node());
          for (int id = leaf.node(); id >= 0; id = tree.node(id).parent()) {
            final int length = tree.node(id).length();
            end -= length;
            for (final NodeMark mark : tree.node(id).marks()) {
              expected.add(new FlatRow.MarkRun(end, length, mark));
            }
          }
          final List<FlatRow.MarkRun> found = FlatPacker.pack(group).get(row++).marks();
          assertEquals(Set.copyOf(expected), Set.copyOf(found), "seed=" + seed);
          assertEquals(expected.size(), found.size(), "seed=" + seed);
          marked += found.size();
        }
      }
    }
    assertTrue(marked > GROUPS, "marked=" + marked);
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
