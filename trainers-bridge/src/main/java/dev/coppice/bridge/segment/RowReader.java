package dev.coppice.bridge.segment;

import dev.coppice.bridge.wire.FlatRow;
import dev.coppice.bridge.wire.LeafRow;
import dev.coppice.bridge.wire.NodeRow;
import dev.coppice.bridge.wire.TokenColumns;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.NodeKind;

/** Takes one row of each kind out of its columns. */
final class RowReader {
  private RowReader() {}

  static NodeRow node(final ColumnReader columns, final int row) {
    return new NodeRow(
        new NodeRow.Place(
            columns.getLong("group", row),
            columns.getInt("node", row),
            columns.getInt("parent", row),
            columns.getInt("start_pos", row),
            columns.getShort("turn", row)),
        new NodeRow.Origin(
            columns.getInt("tree", row),
            columns.getInt("source", row),
            columns.getProvenance(row),
            columns.getDraws("tree_draws", row)),
        NodeKind.ofCode(columns.getByte("kind", row)),
        tokens(columns, row),
        new NodeRow.Share(
            columns.getInt("multiplicity", row),
            columns.getFloat("path_weight", row),
            columns.getDraws(SegmentSchemas.DRAWS, row)),
        new NodeRow.Cached(
            columns.getInt("kv_version", row), columns.getInt("cached_tokens", row)));
  }

  private static TokenColumns tokens(final ColumnReader columns, final int row) {
    return new TokenColumns(
        columns.getInts("tokens", row),
        columns.getFloats("logprobs", row),
        columns.getBytes("loss_mask", row),
        columns.getFloats("advantages", row),
        columns.getVersionRuns(row),
        columns.getSpans(row),
        columns.getKept(row));
  }

  static LeafRow leaf(final ColumnReader columns, final int row) {
    return leaf(columns, row, columns.getInt("node", row));
  }

  static FlatRow flat(final ColumnReader columns, final int row) {
    return new FlatRow(
        leaf(columns, row, LeafRow.NO_NODE),
        columns.getInt("prompt_len", row),
        tokens(columns, row),
        columns.getMarks(row));
  }

  private static LeafRow leaf(final ColumnReader columns, final int row, final int node) {
    return new LeafRow(
        new LeafRow.Place(
            columns.getLong("group", row),
            columns.getText("group_name", row),
            columns.getInt("leaf", row),
            node,
            columns.getLong("rollout", row),
            columns.getInt("tree", row)),
        new LeafRow.Outcome(
            LeafStatus.ofCode(columns.getByte("status", row)),
            columns.getText("stop", row),
            columns.getFloat("reward", row),
            columns.getComponents(row)),
        columns.getDraws(SegmentSchemas.DRAWS, row),
        columns.getFloat("weight", row),
        columns.getFloat("advantage", row));
  }
}
