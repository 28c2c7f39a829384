package dev.coppice.bridge.trace;

import dev.coppice.trajectory.TrajectoryTree;
import java.util.List;
import java.util.Objects;

/**
 * Holds one line of a trace file.
 *
 * @shape kvBlockUs long[N], one per node, or long[0] where it was not measured.
 * @unit kvBlockUs is KV blocks times microseconds.
 * @param tree of the line.
 * @param credit the tree was given, one block per estimator; empty where none ran.
 * @param kvBlockUs the cache each node held, in block-microseconds.
 */
public record Trace(TrajectoryTree tree, List<CreditBlock> credit, long[] kvBlockUs) {
  private static final long[] NOT_MEASURED = {};

  /** Checks that the measure fits the tree. */
  public Trace {
    Objects.requireNonNull(tree, "tree is null");
    credit = List.copyOf(credit);
    if (kvBlockUs.length != 0 && kvBlockUs.length != tree.nodes().size()) {
      throw new IllegalArgumentException(
          "one kv_block_us per node: nodes="
              + tree.nodes().size()
              + " kv_block_us="
              + kvBlockUs.length);
    }
  }

  /**
   * Makes a line without the cache's measure.
   *
   * @param tree of the line.
   * @param credit the tree was given.
   */
  public Trace(final TrajectoryTree tree, final List<CreditBlock> credit) {
    this(tree, credit, NOT_MEASURED);
  }
}
