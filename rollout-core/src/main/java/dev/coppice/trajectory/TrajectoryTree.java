package dev.coppice.trajectory;

import dev.coppice.draw.Division;
import java.util.List;
import java.util.Objects;

/**
 * Holds a finished tree of trajectories that share prefixes; immutable.
 *
 * <p>Nodes stand in depth-first pre-order, so every subtree is a contiguous run of ids and a walk
 * needs no stack: see {@link #subtreeEnd(int)}.
 *
 * @shape nodes N, leaves L, calls C; every leaf names one node, several leaves never share one.
 * @thread any; immutable after construction.
 * @cost construction O(N + L).
 */
public final class TrajectoryTree {
  private final String run;
  private final String group;
  private final int tree;
  private final Division division;
  private final Task task;
  private final SamplingSettings sampling;
  private final List<TrajectoryNode> nodes;
  private final List<ToolCall> calls;
  private final List<Leaf> leaves;
  private final int[] subtreeEnd;
  private final int[] childCount;
  private final int[] drawsBelow;
  private final int[] leafOfNode;

  /**
   * Checks and keeps the parts of a finished tree.
   *
   * @param origin the run, group and place of the tree.
   * @param task the tree was grown for.
   * @param sampling settings every action node was drawn with.
   * @param nodes in depth-first pre-order.
   * @param calls made in the tree, in order of their id.
   * @param leaves of the tree, in order of their node.
   * @throws IllegalArgumentException if the order is broken or a leaf or call names no node.
   */
  public TrajectoryTree(
      final Origin origin,
      final Task task,
      final SamplingSettings sampling,
      final List<TrajectoryNode> nodes,
      final List<ToolCall> calls,
      final List<Leaf> leaves) {
    this.run = origin.run();
    this.group = origin.group();
    this.tree = origin.tree();
    this.division = origin.division();
    this.task = Objects.requireNonNull(task, "task is null");
    this.sampling = Objects.requireNonNull(sampling, "sampling is null");
    this.nodes = List.copyOf(nodes);
    this.calls = List.copyOf(calls);
    this.leaves = List.copyOf(leaves);
    this.subtreeEnd = new int[nodes.size()];
    this.childCount = new int[nodes.size()];
    // One draw a node, as on most trees: then the draws below a node are its children.
    this.drawsBelow = isShared(nodes) ? new int[nodes.size()] : childCount;
    this.leafOfNode = new int[nodes.size()];
    indexNodes();
    indexLeaves();
    for (final ToolCall call : this.calls) {
      requireNode(call.node(), "call");
    }
  }

  /**
   * Copies the tree with other scores.
   *
   * @param scored its leaves, in the same order.
   * @return the tree that ends in them.
   */
  public TrajectoryTree withLeaves(final List<Leaf> scored) {
    return new TrajectoryTree(
        new Origin(run, group, tree, division), task, sampling, nodes, calls, scored);
  }

  private static boolean isShared(final List<TrajectoryNode> nodes) {
    for (int i = 0; i < nodes.size(); i++) {
      if (nodes.get(i).draws() > 1) {
        return true;
      }
    }
    return false;
  }

  private void indexNodes() {
    final int[] path = new int[nodes.size()];
    int depth = 0;
    for (int i = 0; i < path.length; i++) {
      final TrajectoryNode node = nodes.get(i);
      if (node.id() != i) {
        throw new IllegalArgumentException(
            "node ids must count up: place=" + i + " id=" + node.id());
      }
      while (depth > 0 && path[depth - 1] != node.parent()) {
        subtreeEnd[path[--depth]] = i;
      }
      if ((depth == 0) != (i == 0)) {
        throw new IllegalArgumentException(
            "nodes must stand in depth-first pre-order: id=" + i + " parent=" + node.parent());
      }
      if (i > 0) {
        childCount[node.parent()]++;
        if (drawsBelow != childCount) {
          drawsBelow[node.parent()] += node.draws();
        }
      }
      path[depth++] = i;
    }
    while (depth > 0) {
      subtreeEnd[path[--depth]] = path.length;
    }
  }

  private void indexLeaves() {
    java.util.Arrays.fill(leafOfNode, -1);
    for (int i = 0; i < leaves.size(); i++) {
      final int node = leaves.get(i).node();
      requireNode(node, "leaf");
      if (leafOfNode[node] >= 0) {
        throw new IllegalArgumentException("two leaves name one node: node=" + node);
      }
      if (leaves.get(i).draws() != nodes.get(node).draws()) {
        throw new IllegalArgumentException(
            "all draws of a node end in its leaf: node="
                + node
                + " draws="
                + nodes.get(node).draws()
                + " leaf="
                + leaves.get(i).draws());
      }
      leafOfNode[node] = i;
    }
  }

  private void requireNode(final int node, final String what) {
    if (node < 0 || node >= nodes.size()) {
      throw new IllegalArgumentException(what + " names no node: node=" + node);
    }
  }

  /**
   * Returns the run the tree belongs to.
   *
   * @return the name of the run.
   */
  public String run() {
    return run;
  }

  /**
   * Returns the group the tree belongs to.
   *
   * @return the id of the group.
   */
  public String group() {
    return group;
  }

  /**
   * Returns the place of the tree in its group.
   *
   * @return the place of the tree in its group, from 0.
   */
  public int tree() {
    return tree;
  }

  /**
   * Returns how the samples of the tree were divided over the tokens.
   *
   * @return the division; samples of one systematic division are not independent.
   */
  public Division division() {
    return division;
  }

  /**
   * Returns the task the tree was grown for.
   *
   * @return the task.
   */
  public Task task() {
    return task;
  }

  /**
   * Returns the settings the action nodes were drawn with.
   *
   * @return the settings.
   */
  public SamplingSettings sampling() {
    return sampling;
  }

  /**
   * Returns the nodes in depth-first pre-order.
   *
   * @return an immutable list; the id of a node is its place.
   */
  public List<TrajectoryNode> nodes() {
    return nodes;
  }

  /**
   * Returns the tool calls in order of their id.
   *
   * @return an immutable list.
   */
  public List<ToolCall> calls() {
    return calls;
  }

  /**
   * Returns the leaves in order of their node.
   *
   * @return an immutable list.
   */
  public List<Leaf> leaves() {
    return leaves;
  }

  /**
   * Returns one node.
   *
   * @param id of the node.
   * @return the node.
   */
  public TrajectoryNode node(final int id) {
    return nodes.get(id);
  }

  /**
   * Returns the end of a subtree in pre-order.
   *
   * @param id of the subtree's root.
   * @return the id after the last node of the subtree.
   */
  public int subtreeEnd(final int id) {
    return subtreeEnd[id];
  }

  /**
   * Returns the number of children a node really has.
   *
   * @param id of the node.
   * @return the number of its children.
   */
  public int childCount(final int id) {
    return childCount[id];
  }

  /**
   * Returns the leaf that ends at a node.
   *
   * @param id of the node.
   * @return the place of the leaf in {@link #leaves()}, or -1 if none ends there.
   */
  public int leafAt(final int id) {
    return leafOfNode[id];
  }

  /**
   * Counts the tokens from the root to a node, the node's own included.
   *
   * @param id of the node.
   * @return the length of the path in tokens.
   */
  public int pathLength(final int id) {
    int length = 0;
    for (int i = id; i >= 0; i = nodes.get(i).parent()) {
      length += nodes.get(i).length();
    }
    return length;
  }

  /**
   * Returns the number of samples that begin at the root.
   *
   * @return the draws of the root; the chains a tree of coalesced branches stands for.
   */
  public int draws() {
    return nodes.getFirst().draws();
  }

  /**
   * Returns the path weight of a node: the product of its path's shares.
   *
   * <p>A child's share is its draws over those of its parent and its siblings together: the parent's
   * draws, times the children decided before sampling where a decision is recorded.
   *
   * @param id of the node.
   * @return the share of the tree's mass that belongs to the node's subtree.
   */
  public double pathWeight(final int id) {
    double weight = 1.0;
    for (int i = id; nodes.get(i).parent() >= 0; i = nodes.get(i).parent()) {
      weight = weight * nodes.get(i).draws() / drawsOfFamily(i);
    }
    return weight;
  }

  /** Counts the draws of a node and its siblings together, those a limit cut included. */
  private long drawsOfFamily(final int id) {
    final int parent = nodes.get(id).parent();
    final BranchDecision decision = nodes.get(parent).branch();
    return decision == null
        ? drawsBelow[parent]
        : (long) decision.children() * nodes.get(parent).draws();
  }

  /**
   * Returns the number of children each draw of a node was given before sampling.
   *
   * <p>Draws that merely part ways are no children: a node of four draws with two nodes of two below
   * it was given one child a draw.
   *
   * @param id of the node.
   * @return the decided number where one is recorded, else the draws below it for each of its own; at
   *     least 1.
   */
  public int decidedChildren(final int id) {
    final BranchDecision decision = nodes.get(id).branch();
    return Math.max(
        1, decision == null ? drawsBelow[id] / nodes.get(id).draws() : decision.children());
  }

  /**
   * Says where a tree comes from.
   *
   * @param run the name of the run.
   * @param group the id of the group, unique in the run.
   * @param tree the place of the tree in its group, from 0.
   * @param division of its samples over the tokens.
   */
  public record Origin(String run, String group, int tree, Division division) {
    /**
     * Names a tree whose samples are independent.
     *
     * @param run the name of the run.
     * @param group the id of the group, unique in the run.
     * @param tree the place of the tree in its group, from 0.
     */
    public Origin(final String run, final String group, final int tree) {
      this(run, group, tree, Division.INDEPENDENT);
    }

    /** Checks that nothing is missing. */
    public Origin {
      Objects.requireNonNull(run, "run is null");
      Objects.requireNonNull(group, "group is null");
      Objects.requireNonNull(division, "division is null");
      if (tree < 0) {
        throw new IllegalArgumentException("tree must not be negative: tree=" + tree);
      }
    }
  }
}
