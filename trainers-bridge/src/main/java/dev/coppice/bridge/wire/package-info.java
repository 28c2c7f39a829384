/**
 * What a trainer gets, as plain records: a group tree-packed, each shared token once, or flat, one
 * row per path.
 *
 * <pre>
 *   CreditedGroup --TreePacker--&gt; PackedGroup --TreeExpander--&gt; FlatRow, FlatRow, ...
 *        |                                                        equal, token by token
 *        +--------------------FlatPacker----------------------&gt; FlatRow, FlatRow, ...
 * </pre>
 *
 * <p>A path may stand for several draws, samples that are equal token for token. One row per path
 * weighted by its draws, one row per draw ({@code FlatRow.perDraw}) and the packed form with every
 * node weighted by its draws that have a reward ({@code PackedGroup.scoredDraws}) are one loss.
 *
 * <p>A path whose reward is unknown (a failure, or a judge that did not answer) is delivered for
 * the record and never trained: its mask is 0, and it counts in no node's multiplicity.
 *
 * <p>Read in this order: {@link dev.coppice.bridge.wire.NodeRow}, {@link
 * dev.coppice.bridge.wire.LeafRow}, {@link dev.coppice.bridge.wire.FlatRow}, {@link
 * dev.coppice.bridge.wire.TreePacker}, {@link dev.coppice.bridge.wire.TreeExpander}.
 */
package dev.coppice.bridge.wire;
