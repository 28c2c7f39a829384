/**
 * Segments: immutable Arrow IPC files in the folder {@code trajectories} of a run.
 *
 * <pre>
 *   seg-000001.nodes.arrow     one row per node     tree-packed
 *   seg-000001.leaves.arrow    one row per path
 *   seg-000002.flat.arrow      one row per path     flat
 * </pre>
 *
 * <p>An Arrow file has one schema, so a tree-packed segment is two files whose batches go together
 * by their place; a batch holds one or several whole groups. The file of leaves is renamed last: a
 * segment is whole if it is there. Every number is little-endian. In the files of nodes and of flat
 * rows the values of {@code tokens}, {@code logprobs}, {@code loss_mask} and {@code advantages} are
 * raw, so that a trainer can map a file and show them without a copy, and every other buffer is
 * compressed by itself (Zstandard); files of leaves are not compressed.
 *
 * <p>Read in this order: {@link dev.coppice.bridge.segment.ArrowSegmentWriter}, {@link
 * dev.coppice.bridge.segment.ArrowSegmentReader}, {@link dev.coppice.bridge.segment.SegmentSeal}.
 */
package dev.coppice.bridge.segment;
