package dev.coppice.bridge.trace;

import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryGroup.Sizing;
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
 * @param sizing of the tree's group, or null where nothing but the configuration decided.
 */
public record Trace(
    TrajectoryTree tree, List<CreditBlock> credit, long[] kvBlockUs, Sizing sizing) {
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
   * Makes a line of a group whose size nothing but the configuration decided.
   *
   * @param tree of the line.
   * @param credit the tree was given.
   * @param kvBlockUs the cache each node held, in block-microseconds.
   */
  public Trace(final TrajectoryTree tree, final List<CreditBlock> credit, final long[] kvBlockUs) {
    this(tree, credit, kvBlockUs, null);
  }

  /**
   * Copies the line with the sizing of its group.
   *
   * @param group the tree belongs to.
   * @return a copy.
   */
  public Trace in(final TrajectoryGroup group) {
    final Sizing own = group.sizing().isUniform() ? null : group.sizing();
    return new Trace(tree, credit, kvBlockUs, own);
  }

  /**
   * Makes the group of lines that belong together.
   *
   * @param id of the group.
   * @param trees of the lines, in order.
   * @return the group, with the sizing this line has.
   */
  public TrajectoryGroup group(final String id, final List<TrajectoryTree> trees) {
    return sizing == null
        ? new TrajectoryGroup(id, tree.task(), trees)
        : new TrajectoryGroup(id, tree.task(), trees, sizing);
  }

  /**
   * Makes a line without the cache's measure.
   *
   * @param tree of the line.
   * @param credit the tree was given.
   */
  public Trace(final TrajectoryTree tree, final List<CreditBlock> credit) {
    this(tree, credit, NOT_MEASURED, null);
  }
}
