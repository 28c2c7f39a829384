package dev.coppice.training.policy;

import java.util.List;

/**
 * Holds the nodes of one tree to train on, parents before their children.
 *
 * <p>A chain is a tree too. Several roots are allowed: they do not see each other.
 *
 * @param nodes in an order in which every parent comes before its children.
 * @thread immutable, any thread
 */
public record PolicyTree(List<PolicyNode> nodes) {

  /** Rejects a tree whose order is broken or that trains its very first token. */
  public PolicyTree {
    nodes = List.copyOf(nodes);
    for (int i = 0; i < nodes.size(); i++) {
      final PolicyNode node = nodes.get(i);
      if (node.parent() >= i || node.parent() < -1) {
        throw new IllegalArgumentException(
            "parents must come first: node=" + i + " parent=" + node.parent());
      }
      if (node.parent() < 0 && node.tokens().length > 0 && node.isTrained(0)) {
        throw new IllegalArgumentException(
            "nothing predicts the first token, so it cannot be trained: node=" + i);
      }
    }
  }

  /**
   * Counts the tokens, each once however many trajectories share it.
   *
   * @return the tokens of all nodes.
   */
  public int tokenCount() {
    int count = 0;
    for (final PolicyNode node : nodes) {
      count += node.tokens().length;
    }
    return count;
  }
}
