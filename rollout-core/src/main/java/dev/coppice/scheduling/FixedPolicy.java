package dev.coppice.scheduling;

import java.util.List;

/**
 * Gives a fixed number of children before fixed turns.
 *
 * @thread any; immutable.
 * @source SPO-tree (arXiv:2505.23564) branches by fixed factors per depth; here a depth is a turn.
 */
public final class FixedPolicy implements BranchingPolicy {
  private final List<Place> places;

  /**
   * Says before which turn to fork.
   *
   * @param fromDecision whether {@code turn} counts from the first deciding turn of the task.
   * @param turn before whose first token to fork, from 0.
   * @param children to give, at least 1.
   */
  public record Place(boolean fromDecision, int turn, int children) {
    /** Checks the ranges. */
    public Place {
      if (turn < 0 || children < 1) {
        throw new IllegalArgumentException(
            "a place needs a turn and children: turn=" + turn + " children=" + children);
      }
    }
  }

  /**
   * Keeps the places.
   *
   * @param places at which to fork.
   */
  public FixedPolicy(final List<Place> places) {
    this.places = List.copyOf(places);
  }

  @Override
  public String name() {
    return "fixed";
  }

  @Override
  public double entropyFloor() {
    return Double.POSITIVE_INFINITY;
  }

  @Override
  public int mostChildrenAtToken(final BranchPoint point) {
    return 1;
  }

  @Override
  public int childrenAtTurn(final BranchPoint point) {
    int children = 1;
    for (int i = 0; i < places.size(); i++) {
      final Place place = places.get(i);
      final int turn = place.turn() + (place.fromDecision() ? point.decisionTurn() : 0);
      if (turn == point.turn()) {
        children *= place.children();
      }
    }
    return children;
  }

  @Override
  public int childrenAtToken(final BranchPoint point, final double entropy) {
    return 1;
  }
}
