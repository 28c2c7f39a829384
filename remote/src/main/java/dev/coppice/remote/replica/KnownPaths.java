package dev.coppice.remote.replica;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Knows the paths a server has computed, as far as its client can know: a radix tree of tokens.
 *
 * <p>The server forgets without telling, so a match is an expectation; replies say what was found. Beyond
 * its limit the tree forgets what was used longest ago.
 *
 * @thread any.
 */
public final class KnownPaths {
  private final long mostTokens;
  private Node root = new Node(new int[0], null);
  private long tokens;
  private long clock;

  /**
   * Makes an empty tree.
   *
   * @param mostTokens it holds.
   */
  public KnownPaths(final long mostTokens) {
    this.mostTokens = mostTokens;
  }

  /** Tokens without a fork among them. */
  private static final class Node {
    private int[] edge;
    private Node parent;
    private final List<Node> children = new ArrayList<>(1);
    private long used;

    Node(final int[] edge, final Node parent) {
      this.edge = edge;
      this.parent = parent;
    }

    Node childOf(final int token) {
      for (int i = 0; i < children.size(); i++) {
        if (children.get(i).edge[0] == token) {
          return children.get(i);
        }
      }
      return null;
    }

    /** Counts the tokens of the edge that a path has too, from a position on. */
    int common(final int[] path, final int from, final int length) {
      final int most = Math.min(edge.length, length - from);
      final int differs = Arrays.mismatch(edge, 0, most, path, from, from + most);
      return differs < 0 ? most : differs;
    }
  }

  /**
   * Finds how much of a path was computed before.
   *
   * @param path of tokens.
   * @param length of it.
   * @return the tokens of its longest known beginning.
   */
  public synchronized int match(final int[] path, final int length) {
    Node node = root;
    int at = 0;
    while (at < length) {
      node = node.childOf(path[at]);
      if (node == null) {
        return at;
      }
      node.used = ++clock;
      final int common = node.common(path, at, length);
      at += common;
      if (common < node.edge.length) {
        return at;
      }
    }
    return at;
  }

  /**
   * Remembers a path.
   *
   * @param path of tokens that were computed.
   * @param length of it.
   * @return the tokens that were not known before.
   */
  public synchronized int insert(final int[] path, final int length) {
    Node node = root;
    int at = 0;
    while (at < length) {
      final Node child = node.childOf(path[at]);
      if (child == null) {
        final Node leaf = new Node(Arrays.copyOfRange(path, at, length), node);
        leaf.used = ++clock;
        node.children.add(leaf);
        tokens += length - at;
        forgetBeyondLimit();
        return length - at;
      }
      child.used = ++clock;
      final int common = child.common(path, at, length);
      at += common;
      node = common < child.edge.length ? split(child, common) : child;
    }
    return 0;
  }

  /** Parts an edge in two; the node keeps the end. */
  private static Node split(final Node node, final int at) {
    final Node upper = new Node(Arrays.copyOf(node.edge, at), node.parent);
    upper.used = node.used;
    node.parent.children.remove(node);
    node.parent.children.add(upper);
    upper.children.add(node);
    node.edge = Arrays.copyOfRange(node.edge, at, node.edge.length);
    node.parent = upper;
    return upper;
  }

  private void forgetBeyondLimit() {
    while (tokens > mostTokens) {
      final List<Node> leaves = new ArrayList<>();
      collect(root, leaves);
      leaves.sort(Comparator.comparingLong(node -> node.used));
      // A tenth at once, so that the walk over all nodes is seldom.
      final long goal = mostTokens - mostTokens / 10;
      for (int i = 0; i < leaves.size() && tokens > goal; i++) {
        tokens -= leaves.get(i).edge.length;
        leaves.get(i).parent.children.remove(leaves.get(i));
      }
    }
  }

  private static void collect(final Node node, final List<Node> leaves) {
    if (node.children.isEmpty()) {
      leaves.add(node);
    } else {
      for (int i = 0; i < node.children.size(); i++) {
        collect(node.children.get(i), leaves);
      }
    }
  }

  /**
   * Forgets what lies beyond a point of a path, since the server did.
   *
   * @param path of tokens.
   * @param length of it.
   * @param found tokens of it that the server still had.
   */
  public synchronized void prune(final int[] path, final int length, final int found) {
    Node node = root;
    int at = 0;
    while (at < length && node != null) {
      node = node.childOf(path[at]);
      if (node != null && at >= found) {
        tokens -= size(node);
        node.parent.children.remove(node);
        return;
      }
      at += node == null ? 0 : node.edge.length;
    }
  }

  private static long size(final Node node) {
    long size = node.edge.length;
    for (int i = 0; i < node.children.size(); i++) {
      size += size(node.children.get(i));
    }
    return size;
  }

  /** Forgets everything: the server was started anew, or has other weights. */
  public synchronized void clear() {
    root = new Node(new int[0], null);
    tokens = 0;
  }

  /**
   * Returns how much is known.
   *
   * @return the tokens of all edges.
   */
  public synchronized long tokens() {
    return tokens;
  }
}
