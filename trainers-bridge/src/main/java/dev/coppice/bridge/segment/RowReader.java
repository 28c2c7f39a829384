package dev.coppice.bridge.segment;

import dev.coppice.bridge.wire.FlatRow;
import dev.coppice.bridge.wire.LeafRow;
import dev.coppice.bridge.wire.NodeRow;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.NodeKind;

/** Takes one row of each kind out of its columns. */
final class RowReader {
  private static final int NO_NODE = -1;

  private RowReader() {}

  static NodeRow node(final ColumnReader columns, final int row) {
    return new NodeRow(
        columns.getLong("group", row),
        columns.getInt("node", row),
        columns.getInt("parent", row),
        columns.getInt("start_pos", row),
        columns.getShort("turn", row),
        NodeKind.ofCode(columns.getByte("kind", row)),
        columns.getInts("tokens", row),
        columns.getFloats("logprobs", row),
        columns.getBytes("loss_mask", row),
        columns.getFloats("advantages", row),
        columns.getInt("multiplicity", row),
        columns.getFloat("path_weight", row),
        columns.getVersionRuns(row),
        columns.getInt("kv_version", row),
        columns.getInt("cached_tokens", row),
        columns.getSpans(row),
        columns.getInt("tree", row),
        columns.getInt("source", row));
  }

  static LeafRow leaf(final ColumnReader columns, final int row) {
    return outcome(columns, row, columns.getInt("node", row));
  }

  static FlatRow flat(final ColumnReader columns, final int row) {
    return new FlatRow(
        outcome(columns, row, NO_NODE),
        columns.getInts("tokens", row),
        columns.getInt("prompt_len", row),
        columns.getBytes("loss_mask", row),
        columns.getFloats("logprobs", row),
        columns.getFloats("advantages", row),
        columns.getVersionRuns(row),
        columns.getSpans(row));
  }

  private static LeafRow outcome(final ColumnReader columns, final int row, final int node) {
    return new LeafRow(
        columns.getLong("group", row),
        columns.getText("group_name", row),
        columns.getInt("leaf", row),
        node,
        columns.getLong("rollout", row),
        columns.getFloat("reward", row),
        columns.getComponents(row),
        LeafStatus.ofCode(columns.getByte("status", row)),
        columns.getText("stop", row),
        columns.getFloat("weight", row),
        columns.getFloat("advantage", row),
        columns.getInt("tree", row));
  }
}
