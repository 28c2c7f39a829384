package dev.coppice.credit.forest;

import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.ToolCall;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Lays all trees of a group side by side in flat arrays, as every formula reads them.
 *
 * <p>Nodes keep depth-first pre-order, tree after tree, so that a subtree is a run of nodes, the
 * leaves below a node are a run of leaves, and one backward loop visits children before parents:
 * no formula recurses, whatever the depth. The trees of a group grow from one prompt, so their
 * prompts are one state: the <em>stem</em>, with the index {@link #stem()}. {@link #up(int)} leads
 * there; {@link #parent(int)} stays inside a tree.
 *
 * <p>A node of several draws stands for as many copies of itself, each in a chain of its own until a
 * fork. Which copy of a fork that has several a child belongs to is not in a trace: there the copies
 * are taken together, as one state all their children were drawn from.
 *
 * <p>A leaf is scored if it was completed or truncated and has a reward. No other leaf ever
 * enters a mean, a count or a baseline.
 *
 * @shape N nodes, L leaves, C calls over all trees.
 * @unit rewards as the environment gave them; {@code NaN} where a leaf is not scored.
 * @thread any; immutable after construction.
 * @cost construction O(N + L), nothing per token.
 */
public final class Forest {
  private final TrajectoryGroup group;
  private final TrajectoryNode[] nodes;
  private final int[] treeStart;
  private final int[] callStart;
  private final int[] leafTreeStart;
  private final int[] treeOf;
  private final int[] callNode;
  private final int[] callAt;
  private final int[] parent;
  private final int[] up;
  private final int[] end;
  private final int[] children;
  private final int[] segmentStart;
  private final int[] leavesBefore;
  private final int[] drawsBefore;
  private final int[] drawsBelow;
  private final boolean[] fork;
  private final Leaf[] leaves;
  private final int[] leafNode;
  private final double[] reward;

  /**
   * Lays out a group.
   *
   * @param group to lay out.
   * @throws IllegalArgumentException if a reward, a component or a step reward is not finite.
   */
  public Forest(final TrajectoryGroup group) {
    this.group = group;
    final int trees = group.trees().size();
    treeStart = new int[trees + 1];
    callStart = new int[trees + 1];
    leafTreeStart = new int[trees + 1];
    for (int t = 0; t < trees; t++) {
      final TrajectoryTree tree = group.trees().get(t);
      treeStart[t + 1] = treeStart[t] + tree.nodes().size();
      callStart[t + 1] = callStart[t] + tree.calls().size();
      leafTreeStart[t + 1] = leafTreeStart[t] + tree.leaves().size();
    }
    final int count = treeStart[trees];
    nodes = new TrajectoryNode[count];
    treeOf = new int[count];
    parent = new int[count];
    up = new int[count];
    end = new int[count];
    children = new int[count + 1];
    segmentStart = new int[count];
    leavesBefore = new int[count + 1];
    drawsBelow = new int[count];
    fork = new boolean[count + 1];
    callNode = new int[callStart[trees]];
    callAt = new int[count];
    Arrays.fill(callAt, -1);
    leaves = new Leaf[leafTreeStart[trees]];
    drawsBefore = new int[leaves.length + 1];
    leafNode = new int[leaves.length];
    reward = new double[leaves.length];
    int leaf = 0;
    for (int t = 0; t < trees; t++) {
      leaf = layTree(t, leaf);
    }
    leavesBefore[count] = leaf;
    for (int l = 0; l < leaves.length; l++) {
      drawsBefore[l + 1] = drawsBefore[l] + leaves[l].draws();
    }
    findSegments();
  }

  private int layTree(final int t, final int firstLeaf) {
    final TrajectoryTree tree = group.trees().get(t);
    final int start = treeStart[t];
    int leaf = firstLeaf;
    for (int n = 0; n < tree.nodes().size(); n++) {
      final TrajectoryNode node = tree.node(n);
      final int i = start + n;
      nodes[i] = node;
      treeOf[i] = t;
      parent[i] = n == 0 ? -1 : start + node.parent();
      up[i] = n == 0 || isPrompt(parent[i]) ? stem() : parent[i];
      end[i] = start + tree.subtreeEnd(n);
      requireFinite(node.stepReward(), "step_reward", tree, n);
      if (!isPrompt(i)) {
        children[up[i]]++;
      }
      if (n > 0 && isPrompt(parent[i])) {
        children[parent[i]]++;
      }
      if (n > 0) {
        drawsBelow[parent[i]] += node.draws();
      }
      leavesBefore[i] = leaf;
      final int place = tree.leafAt(n);
      if (place >= 0) {
        layLeaf(leaf++, tree, tree.leaves().get(place), i);
      }
    }
    for (int c = tree.calls().size() - 1; c >= 0; c--) {
      callNode[callStart[t] + c] = start + tree.calls().get(c).node();
      callAt[callNode[callStart[t] + c]] = callStart[t] + c;
    }
    return leaf;
  }

  private void layLeaf(
      final int place, final TrajectoryTree tree, final Leaf leaf, final int node) {
    leaves[place] = leaf;
    leafNode[place] = node;
    final boolean ended =
        leaf.status() == LeafStatus.COMPLETED || leaf.status() == LeafStatus.TRUNCATED;
    if (Double.isInfinite(leaf.reward())) {
      requireFinite(leaf.reward(), "reward", tree, leaf.node());
    }
    for (final Map.Entry<String, Double> component : leaf.components().entrySet()) {
      requireFinite(component.getValue(), "component " + component.getKey(), tree, leaf.node());
    }
    reward[place] = ended ? leaf.reward() : Double.NaN;
  }

  private void findSegments() {
    fork[stem()] = true;
    for (int i = 0; i < up.length; i++) {
      final int above = up[i];
      fork[i] = hasLeaf(i) || drawsBelow[i] > nodes[i].draws();
      segmentStart[i] = fork[above] ? above : segmentStart[above];
    }
  }

  private static void requireFinite(
      final double value, final String what, final TrajectoryTree tree, final int node) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          String.format(
              "%s must be finite: group=%s tree=%d node=%d %s=%s",
              what, tree.group(), tree.tree(), node, what, value));
    }
  }

  /**
   * Returns the group laid out.
   *
   * @return the group.
   */
  public TrajectoryGroup group() {
    return group;
  }

  /**
   * Counts the trees.
   *
   * @return the number of trees.
   */
  public int treeCount() {
    return treeStart.length - 1;
  }

  /**
   * Counts the nodes of all trees, the stem apart.
   *
   * @return N.
   */
  public int nodeCount() {
    return nodes.length;
  }

  /**
   * Counts the leaves of all trees.
   *
   * @return L.
   */
  public int leafCount() {
    return leaves.length;
  }

  /**
   * Counts the calls of all trees.
   *
   * @return C.
   */
  public int callCount() {
    return callStart[treeCount()];
  }

  /**
   * Returns the index that stands for the prompt all trees share.
   *
   * @return N, so that arrays over states have N + 1 places.
   */
  public int stem() {
    return nodes.length;
  }

  /**
   * Returns the first node of a tree.
   *
   * @param tree in [0, trees]; the number of trees gives the end of the last one.
   * @return the index of its root.
   */
  public int treeStart(final int tree) {
    return treeStart[tree];
  }

  /**
   * Returns the first leaf of a tree.
   *
   * @param tree in [0, trees]; the number of trees gives the end of the last one.
   * @return the index of its first leaf.
   */
  public int leafTreeStart(final int tree) {
    return leafTreeStart[tree];
  }

  /**
   * Returns the first call of a tree.
   *
   * @param tree in [0, trees]; the number of trees gives the end of the last one.
   * @return the index of its first call.
   */
  public int callStart(final int tree) {
    return callStart[tree];
  }

  /**
   * Returns the tree of a node.
   *
   * @param node of the forest.
   * @return the place of its tree in the group.
   */
  public int treeOf(final int node) {
    return treeOf[node];
  }

  /**
   * Returns a node as the trace has it.
   *
   * @param node of the forest.
   * @return the node.
   */
  public TrajectoryNode node(final int node) {
    return nodes[node];
  }

  /**
   * Returns the parent inside the tree.
   *
   * @param node of the forest.
   * @return the index of the parent, or -1 at a root.
   */
  public int parent(final int node) {
    return parent[node];
  }

  /**
   * Returns the state a node was added to, all prompts of the group being one.
   *
   * @param node of the forest.
   * @return the index of the parent, or {@link #stem()}.
   */
  public int up(final int node) {
    return up[node];
  }

  /**
   * Counts the samples that run through a node.
   *
   * @param node of the forest.
   * @return its draws.
   */
  public int draws(final int node) {
    return nodes[node].draws();
  }

  /**
   * Counts the samples that ended at or below a node.
   *
   * @param node of the forest.
   * @return the draws of its leaves.
   */
  public int leafDraws(final int node) {
    return drawsBefore[leafEnd(node)] - drawsBefore[leafStart(node)];
  }

  /**
   * Returns whether a run of nodes ends at a state: draws are given several children there, or a
   * trajectory ends.
   *
   * <p>Draws that merely part ways fork nothing: each goes on alone, as if it had never shared a node.
   *
   * @param state a node or the stem.
   * @return true at the stem, at leaves and where there are more draws below than at the state.
   */
  public boolean isFork(final int state) {
    return fork[state];
  }

  /**
   * Returns the state at which the unforked run of nodes through a node began.
   *
   * @param node of the forest.
   * @return the nearest fork above the node, or {@link #stem()}.
   */
  public int segmentStart(final int node) {
    return segmentStart[node];
  }

  /**
   * Returns the end of a subtree.
   *
   * @param node of the forest.
   * @return the index after the last node below.
   */
  public int end(final int node) {
    return end[node];
  }

  /**
   * Counts the children a state really has.
   *
   * @param state a node or the stem.
   * @return the number of its children.
   */
  public int children(final int state) {
    return children[state];
  }

  /**
   * Returns whether a node is a tree's prompt, which is the stem by another name.
   *
   * @param node of the forest.
   * @return true for an unsampled root.
   */
  public boolean isPrompt(final int node) {
    return parent[node] < 0 && nodes[node].kind() == NodeKind.PROMPT;
  }

  /**
   * Returns whether the policy sampled a node, so that it carries credit.
   *
   * @param node of the forest.
   * @return true for actions and folds.
   */
  public boolean isSampled(final int node) {
    return nodes[node].kind().isSampled();
  }

  /**
   * Returns whether a trajectory ends at a node.
   *
   * @param node of the forest.
   * @return true if a leaf names it.
   */
  public boolean hasLeaf(final int node) {
    return leavesBefore[node] < leavesBefore[node + 1];
  }

  /**
   * Returns the first leaf at or below a node.
   *
   * @param node of the forest.
   * @return the index of the leaf.
   */
  public int leafStart(final int node) {
    return leavesBefore[node];
  }

  /**
   * Returns the end of the leaves at or below a node.
   *
   * @param node of the forest.
   * @return the index after the last leaf.
   */
  public int leafEnd(final int node) {
    return leavesBefore[end[node]];
  }

  /**
   * Returns a leaf as the trace has it.
   *
   * @param leaf of the forest.
   * @return the leaf.
   */
  public Leaf leaf(final int leaf) {
    return leaves[leaf];
  }

  /**
   * Returns the node a leaf ends at.
   *
   * @param leaf of the forest.
   * @return the index of the node.
   */
  public int leafNode(final int leaf) {
    return leafNode[leaf];
  }

  /**
   * Returns the reward of a leaf.
   *
   * @param leaf of the forest.
   * @return the reward, or {@code NaN} if the leaf is not scored.
   */
  public double reward(final int leaf) {
    return reward[leaf];
  }

  /**
   * CopyMeans the rewards of all leaves.
   *
   * @return one reward per leaf, {@code NaN} where it is not scored.
   */
  public double[] rewards() {
    return reward.clone();
  }

  /**
   * Returns the node whose tokens made a call.
   *
   * @param call of the forest.
   * @return the index of the node.
   */
  public int callNode(final int call) {
    return callNode[call];
  }

  /**
   * Returns the first call a node made.
   *
   * @param node of the forest.
   * @return the index of the call, or -1 if it made none.
   */
  public int callAt(final int node) {
    return callAt[node];
  }

  /**
   * Finds a call by its id.
   *
   * @param tree place of the tree in the group.
   * @param id of the call, as spans name it.
   * @return the index of the call, or -1 if the tree has none of that id.
   */
  public int callById(final int tree, final int id) {
    final List<ToolCall> calls = group.trees().get(tree).calls();
    if (id >= 0 && id < calls.size() && calls.get(id).id() == id) {
      return callStart[tree] + id;
    }
    for (int c = 0; c < calls.size(); c++) {
      if (calls.get(c).id() == id) {
        return callStart[tree] + c;
      }
    }
    return -1;
  }

  /**
   * Returns a call as the trace has it.
   *
   * @param call of the forest.
   * @return the call.
   */
  public ToolCall call(final int call) {
    final int tree = treeOf[callNode[call]];
    return group.trees().get(tree).calls().get(call - callStart[tree]);
  }
}
