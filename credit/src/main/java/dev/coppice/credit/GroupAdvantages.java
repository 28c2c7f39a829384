package dev.coppice.credit;

import dev.coppice.credit.forest.CreditSheet;
import dev.coppice.credit.forest.Forest;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.Span;
import dev.coppice.trajectory.SpanKind;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryNode;
import java.util.Arrays;
import java.util.Map;

/**
 * Holds the advantages of all trees of a group.
 *
 * <p>A node whose leaves all failed or were not scored has no evidence: {@link #isScored} is
 * false, its tokens get 0 and its value is {@code NaN}. Its tokens should not be trained: leave
 * them out of the loss and its denominator.
 *
 * @shape one value per node, per leaf and per call; tokens are written out on request.
 * @unit {@code NaN} stands for "no evidence" in scalars; token arrays never hold it.
 * @thread any; immutable.
 * @cost 8 bytes per node; {@link #copyNodeAdvantages} allocates nothing.
 */
public final class GroupAdvantages {
  private final String estimator;
  private final Map<String, String> options;
  private final Forest forest;
  private final CreditSheet sheet;

  GroupAdvantages(
      final String estimator,
      final Map<String, String> options,
      final Forest forest,
      final CreditSheet sheet) {
    this.estimator = estimator;
    this.options = options;
    this.forest = forest;
    this.sheet = sheet;
  }

  /**
   * Returns the name of the estimator.
   *
   * @return the name.
   */
  public String estimator() {
    return estimator;
  }

  /**
   * Returns the options it ran with, defaults included.
   *
   * @return key to value.
   */
  public Map<String, String> options() {
    return options;
  }

  /**
   * Returns the group scored.
   *
   * @return the group.
   */
  public TrajectoryGroup group() {
    return forest.group();
  }

  /**
   * Writes one value per token of a node.
   *
   * @param tree place of the tree in the group.
   * @param node id of the node in the tree.
   * @return a new array as long as the node, or null for prompts and observations.
   */
  public float[] nodeAdvantages(final int tree, final int node) {
    final int index = index(tree, node);
    if (!forest.isSampled(index)) {
      return null;
    }
    final float[] out = new float[forest.node(index).length()];
    fill(tree, index, out, 0);
    return out;
  }

  /**
   * Writes one value per token of a node into an array, allocating nothing.
   *
   * @param tree place of the tree in the group.
   * @param node id of the node in the tree.
   * @param out to write to.
   * @param offset of the first token in {@code out}.
   * @return the number of values written, 0 for prompts and observations.
   */
  public int copyNodeAdvantages(
      final int tree, final int node, final float[] out, final int offset) {
    final int index = index(tree, node);
    if (!forest.isSampled(index)) {
      return 0;
    }
    fill(tree, index, out, offset);
    return forest.node(index).length();
  }

  private void fill(final int tree, final int index, final float[] out, final int offset) {
    final TrajectoryNode node = forest.node(index);
    final int end = offset + node.length();
    final double base = sheet.node(index);
    if (Double.isNaN(base)) {
      Arrays.fill(out, offset, end, 0.0f);
      return;
    }
    final double folded = base + sheet.channel(index);
    Arrays.fill(out, offset, end, plain(node.kind() == NodeKind.FOLD ? folded : base));
    if (sheet.isTokenLevel()) {
      fillChannels(tree, index, out, offset);
    }
  }

  private void fillChannels(final int tree, final int index, final float[] out, final int offset) {
    final TrajectoryNode node = forest.node(index);
    final double tool = sheet.node(index) + sheet.channel(index);
    if (node.spans().isEmpty() && forest.callAt(index) >= 0) {
      // A trace that marks no spans can still say that the node is a call.
      final int to = offset + node.length();
      Arrays.fill(out, offset, to, plain(tool + callValue(forest.callAt(index))));
    }
    for (int s = 0; s < node.spans().size(); s++) {
      final Span span = node.spans().get(s);
      if (isToolSpan(span.kind())) {
        final double value = tool + callValue(forest.callById(tree, span.call()));
        final int to = offset + Math.min(span.end(), node.length());
        Arrays.fill(out, Math.min(to, offset + span.start()), to, plain(value));
      }
    }
    final double limit = sheet.zeroAboveLogprob();
    if (limit < Double.POSITIVE_INFINITY) {
      final float[] logprobs = node.logprobs();
      for (int i = 0; i < logprobs.length; i++) {
        if (logprobs[i] > limit) {
          out[offset + i] = 0.0f;
        }
      }
    }
  }

  private double callValue(final int call) {
    return call < 0 ? 0.0 : sheet.call(call);
  }

  private static boolean isToolSpan(final SpanKind kind) {
    return switch (kind) {
      case TOOL_CALL, TOOL_NAME, TOOL_ARGS, FOLD -> true;
      case THINK, TEXT, ANSWER, TEMPLATE -> false;
    };
  }

  /** Drops the sign of a negative zero, which JSON readers and bit checks would trip over. */
  private static float plain(final double value) {
    return (float) value + 0.0f;
  }

  /**
   * Returns the advantage of a node before any tool channel.
   *
   * @param tree place of the tree in the group.
   * @param node id of the node in the tree.
   * @return the value, or {@code NaN} for prompts, observations and nodes without evidence.
   */
  public double nodeValue(final int tree, final int node) {
    return sheet.node(index(tree, node));
  }

  /**
   * Returns whether a node has evidence.
   *
   * @param tree place of the tree in the group.
   * @param node id of the node in the tree.
   * @return false for prompts, observations and nodes with only unscored leaves.
   */
  public boolean isScored(final int tree, final int node) {
    return !Double.isNaN(nodeValue(tree, node));
  }

  /**
   * Returns whether the estimator scores whole trajectories.
   *
   * @return true if leaves carry a scalar.
   */
  public boolean hasLeafAdvantages() {
    return sheet.isLeafScored();
  }

  /**
   * Returns the scalar of a trajectory.
   *
   * @param tree place of the tree in the group.
   * @param leaf place of the leaf in {@code leaves()} of the tree.
   * @return the scalar, or {@code NaN} if the leaf is not scored or the estimator has none.
   */
  public double leafAdvantage(final int tree, final int leaf) {
    final int node = forest.group().trees().get(tree).leaves().get(leaf).node();
    return sheet.leaf(forest.leafStart(index(tree, node)));
  }

  private int index(final int tree, final int node) {
    final int index = forest.treeStart(tree) + node;
    if (node < 0 || index >= forest.treeStart(tree + 1)) {
      throw new IllegalArgumentException("no such node: tree=" + tree + " node=" + node);
    }
    return index;
  }
}
