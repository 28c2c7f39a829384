package dev.coppice.bridge.wire;

import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.NodeMark;
import dev.coppice.trajectory.Span;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryNode.Kept;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Lays a group out flat, straight from its trees.
 *
 * @cost O(sum of the lengths of all paths).
 */
public final class FlatPacker {
  private FlatPacker() {}

  /**
   * Lays a group out.
   *
   * @param credited group.
   * @return one row per leaf, in order of tree and leaf, weighted by its draws.
   */
  public static List<FlatRow> pack(final CreditedGroup credited) {
    final boolean hasAdvantages = hasAdvantages(credited);
    final OutcomeRows outcomes = new OutcomeRows(credited);
    final List<FlatRow> rows = new ArrayList<>();
    for (int place = 0; place < credited.group().trees().size(); place++) {
      for (final Leaf leaf : credited.group().trees().get(place).leaves()) {
        final LeafRow outcome = outcomes.of(place, leaf, rows.size(), LeafRow.NO_NODE);
        rows.add(row(credited, place, leaf, outcome, hasAdvantages));
      }
    }
    return rows;
  }

  private static boolean hasAdvantages(final CreditedGroup credited) {
    for (int place = 0; place < credited.group().trees().size(); place++) {
      for (final TrajectoryNode node : credited.group().trees().get(place).nodes()) {
        if (credited.advantages(place, node) != null) {
          return true;
        }
      }
    }
    return false;
  }

  private static FlatRow row(
      final CreditedGroup credited,
      final int place,
      final Leaf leaf,
      final LeafRow outcome,
      final boolean hasAdvantages) {
    final TrajectoryTree tree = credited.group().trees().get(place);
    final int length = tree.pathLength(leaf.node());
    final int[] tokens = new int[length];
    final byte[] lossMask = new byte[length];
    final float[] logprobs = new float[length];
    final float[] advantages = hasAdvantages ? new float[length] : null;
    final List<VersionRun> runs = new ArrayList<>();
    final List<Span> spans = new ArrayList<>();
    final List<FlatRow.MarkRun> marks = new ArrayList<>();
    final KeptJoiner kept = new KeptJoiner(length);
    int at = 0;
    int promptLen = length;
    for (final TrajectoryNode node : path(tree, leaf.node())) {
      System.arraycopy(node.tokens(), 0, tokens, at, node.length());
      if (node.kind().isSampled()) {
        promptLen = node.length() > 0 ? Math.min(promptLen, at) : promptLen;
        Arrays.fill(lossMask, at, at + node.length(), (byte) (leaf.isScored() ? 1 : 0));
        System.arraycopy(node.logprobs(), 0, logprobs, at, node.length());
        final float[] own = credited.advantages(place, node);
        if (own != null) {
          System.arraycopy(own, 0, advantages, at, node.length());
        }
      }
      for (final VersionRun run : VersionRun.of(node)) {
        addRun(runs, run.version(), run.length());
      }
      for (final Span span : node.spans()) {
        spans.add(new Span(at + span.start(), span.length(), span.kind(), span.call()));
      }
      addMarks(marks, at, node.length(), node.marks());
      kept.add(at, node.kept());
      at += node.length();
    }
    return new FlatRow(
        outcome,
        promptLen,
        new TokenColumns(tokens, logprobs, lossMask, advantages, runs, spans, kept.join()),
        marks);
  }

  private static List<TrajectoryNode> path(final TrajectoryTree tree, final int leaf) {
    final List<TrajectoryNode> path = new ArrayList<>();
    for (int id = leaf; id >= 0; id = tree.node(id).parent()) {
      path.add(tree.node(id));
    }
    return path.reversed();
  }

  /** Adds the marks of a node in the order of their numbers. */
  static void addMarks(
      final List<FlatRow.MarkRun> runs, final int at, final int length, final Set<NodeMark> marks) {
    for (final NodeMark mark : NodeMark.values()) {
      if (marks.contains(mark)) {
        runs.add(new FlatRow.MarkRun(at, length, mark));
      }
    }
  }

  /** Adds tokens of one version, lengthening the last run where the version is the same. */
  static void addRun(final List<VersionRun> runs, final int version, final int length) {
    if (length == 0) {
      return;
    }
    if (!runs.isEmpty() && runs.getLast().version() == version) {
      runs.set(runs.size() - 1, new VersionRun(version, runs.getLast().length() + length));
    } else {
      runs.add(new VersionRun(version, length));
    }
  }

  /** Joins the kept ids of the nodes of a path. */
  static final class KeptJoiner {
    private final int[] counts;
    private final List<int[]> ids = new ArrayList<>();
    private int total;
    private boolean isThere;

    /** Starts for a path of a number of tokens. */
    KeptJoiner(final int length) {
      counts = new int[length];
    }

    /** Adds a node whose first token has a place on the path. */
    void add(final int at, final Kept kept) {
      isThere |= kept.isThere();
      System.arraycopy(kept.counts(), 0, counts, at, kept.counts().length);
      ids.add(kept.ids());
      total += kept.ids().length;
    }

    /** The ids of the path; nothing where no node has any. */
    Kept join() {
      if (!isThere) {
        return Kept.NONE;
      }
      final int[] all = new int[total];
      int at = 0;
      for (final int[] some : ids) {
        System.arraycopy(some, 0, all, at, some.length);
        at += some.length;
      }
      return new Kept(counts, all);
    }
  }
}
