package dev.coppice.bridge.segment;

import dev.coppice.bridge.wire.FlatRow;
import dev.coppice.bridge.wire.LeafRow;
import dev.coppice.bridge.wire.NodeRow;

/** Puts one row of each kind into its columns. */
final class RowWriter {
  private RowWriter() {}

  static void putNode(final ColumnWriter columns, final int row, final NodeRow node) {
    columns.putLong("group", row, node.group());
    columns.putInt("node", row, node.node());
    columns.putInt("parent", row, node.parent());
    columns.putInt("start_pos", row, node.startPos());
    columns.putShort("turn", row, node.turn());
    columns.putByte("kind", row, node.kind().code());
    columns.putInts("tokens", row, node.tokens());
    columns.putFloats("logprobs", row, node.logprobs());
    columns.putBytes("loss_mask", row, node.lossMask());
    columns.putFloatsOrNull("advantages", row, node.advantages());
    columns.putInt("multiplicity", row, node.multiplicity());
    columns.putFloat("path_weight", row, node.pathWeight());
    columns.putVersionRuns(row, node.versionRuns());
    columns.putInt("kv_version", row, node.kvVersion());
    columns.putInt("cached_tokens", row, node.cachedTokens());
    columns.putSpans(row, node.spans());
    columns.putInt("tree", row, node.tree());
    columns.putInt("source", row, node.source());
  }

  static void putLeaf(final ColumnWriter columns, final int row, final LeafRow leaf) {
    columns.putInt("node", row, leaf.node());
    putOutcome(columns, row, leaf);
  }

  static void putFlat(final ColumnWriter columns, final int row, final FlatRow flat) {
    putOutcome(columns, row, flat.outcome());
    columns.putInts("tokens", row, flat.tokens());
    columns.putInt("prompt_len", row, flat.promptLen());
    columns.putBytes("loss_mask", row, flat.lossMask());
    columns.putFloats("logprobs", row, flat.logprobs());
    columns.putFloatsOrNull("advantages", row, flat.advantages());
    columns.putVersionRuns(row, flat.versionRuns());
    columns.putSpans(row, flat.spans());
  }

  private static void putOutcome(final ColumnWriter columns, final int row, final LeafRow leaf) {
    columns.putLong("group", row, leaf.group());
    columns.putInt("leaf", row, leaf.leaf());
    columns.putLong("rollout", row, leaf.rollout());
    columns.putFloatOrNull("reward", row, leaf.reward());
    columns.putComponents(row, leaf.components());
    columns.putByte("status", row, leaf.status().code());
    columns.putText("stop", row, leaf.stop());
    columns.putFloat("weight", row, leaf.weight());
    columns.putFloatOrNull("advantage", row, leaf.advantage());
    columns.putInt("tree", row, leaf.tree());
    columns.putText("group_name", row, leaf.groupName());
  }
}
