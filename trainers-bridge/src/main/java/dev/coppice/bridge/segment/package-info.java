/**
 * Segments: immutable Arrow IPC files in the folder {@code trajectories} of a run.
 *
 * <pre>
 *   seg-000001.nodes.arrow     one batch per group, one row per node     tree-packed
 *   seg-000001.leaves.arrow    one batch per group, one row per path
 *   seg-000002.flat.arrow      one batch per group, one row per path     flat
 * </pre>
 *
 * <p>An Arrow file has one schema, so a tree-packed segment is two files whose batches go together
 * by their place. The file of leaves is renamed last: a segment is whole if it is there. Every
 * number is little-endian; batches are not compressed, so that a trainer can map a file and read
 * it without a copy.
 *
 * <p>Read in this order: {@link dev.coppice.bridge.segment.ArrowSegmentWriter}, {@link
 * dev.coppice.bridge.segment.ArrowSegmentReader}, {@link dev.coppice.bridge.segment.SegmentSeal}.
 */
package dev.coppice.bridge.segment;
