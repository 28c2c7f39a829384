package dev.coppice.bridge.wire;

import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Packs a group so that every shared token stands in it once.
 *
 * <p>Neighbouring trees of a group whose prompts are equal share one prompt row, so that a group of
 * chains is packed as the tree it is.
 *
 * @cost O(nodes x depth + tokens).
 */
public final class TreePacker {
  private final CreditedGroup credited;
  private final List<NodeRow> rows = new ArrayList<>();
  private final List<LeafRow> leaves = new ArrayList<>();
  private final OutcomeRows outcomes;
  private final long group;
  private TrajectoryTree rootTree;
  private int rootRow;

  private TreePacker(final CreditedGroup credited) {
    this.credited = credited;
    this.group = credited.number();
    this.outcomes = new OutcomeRows(credited);
  }

  /**
   * Packs a group.
   *
   * @param credited group.
   * @return its rows, which share the arrays of the group's nodes.
   */
  public static PackedGroup pack(final CreditedGroup credited) {
    final TreePacker packer = new TreePacker(credited);
    for (int i = 0; i < credited.group().trees().size(); i++) {
      packer.addTree(i);
    }
    return new PackedGroup(packer.rows, packer.leaves);
  }

  private void addTree(final int place) {
    final TrajectoryTree tree = credited.group().trees().get(place);
    final int[] scored = scoredBelow(tree);
    final int[] rowOf = new int[tree.nodes().size()];
    int first = 0;
    if (sharesRoot(tree)) {
      rowOf[0] = rootRow;
      rows.set(rootRow, rows.get(rootRow).withMore(scored[0], tree.draws()));
      first = 1;
    } else {
      rootTree = tree;
      rootRow = rows.size();
    }
    for (int id = first; id < rowOf.length; id++) {
      rowOf[id] = rows.size();
      final int parent = tree.node(id).parent();
      rows.add(row(place, tree.node(id), parent < 0 ? -1 : rowOf[parent], scored[id]));
    }
    for (final Leaf leaf : tree.leaves()) {
      leaves.add(outcomes.of(place, leaf, leaves.size(), rowOf[leaf.node()]));
    }
  }

  private boolean sharesRoot(final TrajectoryTree tree) {
    if (rootTree == null) {
      return false;
    }
    final TrajectoryNode a = rootTree.node(0);
    final TrajectoryNode b = tree.node(0);
    return a.kind() == NodeKind.PROMPT
        && b.kind() == NodeKind.PROMPT
        && a.kvVersion() == b.kvVersion()
        && a.marks().equals(b.marks())
        && a.spans().equals(b.spans())
        && Arrays.equals(a.tokens(), b.tokens());
  }

  /** Counts for each node the paths with a reward that run through it. */
  private static int[] scoredBelow(final TrajectoryTree tree) {
    final int[] count = new int[tree.nodes().size()];
    for (final Leaf leaf : tree.leaves()) {
      count[leaf.node()] += leaf.isScored() ? 1 : 0;
    }
    for (int id = count.length - 1; id > 0; id--) {
      count[tree.node(id).parent()] += count[id];
    }
    return count;
  }

  private NodeRow row(
      final int place, final TrajectoryNode node, final int parent, final int multiplicity) {
    final TrajectoryTree tree = credited.group().trees().get(place);
    final boolean sampled = node.kind().isSampled();
    final byte[] lossMask = new byte[node.length()];
    if (sampled && multiplicity > 0) {
      Arrays.fill(lossMask, (byte) 1);
    }
    final NodeRow above = parent < 0 ? null : rows.get(parent);
    final int startPos =
        above == null ? 0 : above.place().startPos() + above.columns().tokens().length;
    final boolean begins = parent >= 0 && startsTurn(tree, node);
    final int turn = above == null ? 0 : above.place().turn() + (begins ? 1 : 0);
    return new NodeRow(
        new NodeRow.Place(group, rows.size(), parent, startPos, turn),
        new NodeRow.Origin(tree.tree(), node.id(), node.marks(), tree.draws()),
        node.kind(),
        new TokenColumns(
            node.tokens(),
            sampled ? node.logprobs() : new float[node.length()],
            lossMask,
            credited.advantages(place, node),
            VersionRun.of(node),
            node.spans(),
            node.kept()),
        new NodeRow.Share(multiplicity, (float) tree.pathWeight(node.id()), node.draws()),
        new NodeRow.Cached(node.kvVersion(), node.cachedTokens()));
  }

  private static boolean startsTurn(final TrajectoryTree tree, final TrajectoryNode node) {
    final TrajectoryNode above = tree.node(node.parent());
    return above.kind() == NodeKind.OBSERVATION && !above.isForced();
  }
}
