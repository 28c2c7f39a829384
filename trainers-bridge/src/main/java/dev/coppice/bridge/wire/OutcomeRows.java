package dev.coppice.bridge.wire;

import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.TrajectoryTree;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;

/** Numbers groups and paths and makes their outcomes. */
final class OutcomeRows {
  /** The bits of a rollout's number that hold the place of the path in its group. */
  private static final int LEAF_BITS = 20;

  private static final long MAX_GROUP = (1L << (Long.SIZE - 1 - LEAF_BITS)) - 1;
  private static final int MAX_DIGITS = 12;

  private OutcomeRows() {}

  /** Takes the number of an id like g17; any other id gets a number from its digest. */
  static long groupNumber(final String id) {
    if (id.matches("g[0-9]{1," + MAX_DIGITS + "}")) {
      return Long.parseLong(id.substring(1));
    }
    try {
      final byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(digest).getLong() & MAX_GROUP;
    } catch (final NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Makes the outcome of one path. */
  static LeafRow of(
      final CreditedGroup credited,
      final int treePlace,
      final Leaf leaf,
      final int leafPlace,
      final int nodePlace) {
    if (leafPlace >= 1 << LEAF_BITS) {
      throw new IllegalArgumentException("too many paths in one group: leaf=" + leafPlace);
    }
    final TrajectoryTree tree = credited.group().trees().get(treePlace);
    final long group = groupNumber(tree.group());
    final Map<String, Float> components = new HashMap<>();
    leaf.components().forEach((name, value) -> components.put(name, value.floatValue()));
    return new LeafRow(
        new LeafRow.Place(
            group, tree.group(), leafPlace, nodePlace, group << LEAF_BITS | leafPlace, tree.tree()),
        new LeafRow.Outcome(
            leaf.status(), leaf.stop().wireName(), (float) leaf.reward(), components),
        (float) (tree.pathWeight(leaf.node()) / credited.group().trees().size()),
        credited.leafAdvantage(treePlace, leaf.node()));
  }
}
