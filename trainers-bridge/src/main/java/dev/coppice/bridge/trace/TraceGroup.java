package dev.coppice.bridge.trace;

import dev.coppice.trajectory.TrajectoryGroup;
import java.util.List;

/**
 * Holds all lines of one group.
 *
 * @param group the trees belong to.
 * @param traces of the group's trees, in their order.
 */
public record TraceGroup(TrajectoryGroup group, List<Trace> traces) {
  /** Copies the list and checks that it fits the group. */
  public TraceGroup {
    traces = List.copyOf(traces);
    if (traces.size() != group.trees().size()) {
      throw new IllegalArgumentException(
          "one trace per tree: trees=" + group.trees().size() + " traces=" + traces.size());
    }
  }

  /**
   * Returns the credit one estimator gave to the group.
   *
   * @param estimator the name of the estimator.
   * @return one block per tree in their order, or an empty list unless every tree has one.
   */
  public List<CreditBlock> creditBy(final String estimator) {
    final List<CreditBlock> found = new java.util.ArrayList<>();
    for (final Trace trace : traces) {
      for (final CreditBlock block : trace.credit()) {
        if (block.estimator().equals(estimator)) {
          found.add(block);
          break;
        }
      }
    }
    return found.size() == traces.size() ? List.copyOf(found) : List.of();
  }
}
