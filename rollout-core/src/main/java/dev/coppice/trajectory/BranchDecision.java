package dev.coppice.trajectory;

import java.util.Objects;

/**
 * Records how many children a node was given, decided before any of them was sampled.
 *
 * @param policy the name of the branching policy that decided.
 * @param children the number of children decided, at least 1.
 * @param value the quantity the decision was taken on (for {@code entropy}: nats), or 0.
 */
public record BranchDecision(String policy, int children, double value) {
  /** Checks the number of children. */
  public BranchDecision {
    Objects.requireNonNull(policy, "policy is null");
    if (children < 1) {
      throw new IllegalArgumentException("children must be at least 1: children=" + children);
    }
  }
}
