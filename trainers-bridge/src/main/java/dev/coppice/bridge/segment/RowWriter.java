package dev.coppice.bridge.segment;

import dev.coppice.bridge.wire.FlatRow;
import dev.coppice.bridge.wire.LeafRow;
import dev.coppice.bridge.wire.NodeRow;

/** Puts one row of each kind into its columns. */
final class RowWriter {
  private RowWriter() {}

  static void putNode(final ColumnWriter columns, final int row, final NodeRow node) {
    columns.putLong("group", row, node.group());
    columns.putInt("node", row, node.place().node());
    columns.putInt("parent", row, node.place().parent());
    columns.putInt("start_pos", row, node.place().startPos());
    columns.putShort("turn", row, node.place().turn());
    columns.putByte("kind", row, node.kind().code());
    columns.putInts("tokens", row, node.columns().tokens());
    columns.putFloats("logprobs", row, node.columns().logprobs());
    columns.putBytes("loss_mask", row, node.columns().lossMask());
    columns.putFloatsOrNull("advantages", row, node.columns().advantages());
    columns.putInt("multiplicity", row, node.share().multiplicity());
    columns.putFloat("path_weight", row, node.share().pathWeight());
    columns.putVersionRuns(row, node.columns().versionRuns());
    columns.putInt("kv_version", row, node.cached().kvVersion());
    columns.putInt("cached_tokens", row, node.cached().tokens());
    columns.putSpans(row, node.columns().spans());
    columns.putInt("tree", row, node.origin().tree());
    columns.putInt("source", row, node.origin().source());
    columns.putInt(SegmentSchemas.DRAWS, row, node.share().draws());
    columns.putInt("tree_draws", row, node.origin().treeDraws());
    columns.putProvenance(row, node.origin().marks());
    columns.putKept(row, node.columns());
  }

  static void putLeaf(final ColumnWriter columns, final int row, final LeafRow leaf) {
    columns.putInt("node", row, leaf.place().node());
    putOutcome(columns, row, leaf);
  }

  static void putFlat(final ColumnWriter columns, final int row, final FlatRow flat) {
    putOutcome(columns, row, flat.path());
    columns.putInts("tokens", row, flat.columns().tokens());
    columns.putInt("prompt_len", row, flat.promptLen());
    columns.putBytes("loss_mask", row, flat.columns().lossMask());
    columns.putFloats("logprobs", row, flat.columns().logprobs());
    columns.putFloatsOrNull("advantages", row, flat.columns().advantages());
    columns.putVersionRuns(row, flat.columns().versionRuns());
    columns.putSpans(row, flat.columns().spans());
    columns.putMarks(row, flat.marks());
    columns.putKept(row, flat.columns());
  }

  private static void putOutcome(final ColumnWriter columns, final int row, final LeafRow leaf) {
    columns.putLong("group", row, leaf.group());
    columns.putInt("leaf", row, leaf.place().leaf());
    columns.putLong("rollout", row, leaf.place().rollout());
    columns.putFloatOrNull("reward", row, leaf.outcome().reward());
    columns.putComponents(row, leaf.outcome().components());
    columns.putByte("status", row, leaf.outcome().status().code());
    columns.putText("stop", row, leaf.outcome().stop());
    columns.putFloat("weight", row, leaf.weight());
    columns.putFloatOrNull("advantage", row, leaf.advantage());
    columns.putInt("tree", row, leaf.place().tree());
    columns.putText("group_name", row, leaf.place().groupName());
    columns.putInt(SegmentSchemas.DRAWS, row, leaf.draws());
  }
}
