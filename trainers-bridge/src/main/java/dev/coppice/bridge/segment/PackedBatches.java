package dev.coppice.bridge.segment;

import dev.coppice.bridge.ipc.WireCodecs;
import dev.coppice.bridge.wire.LeafRow;
import dev.coppice.bridge.wire.NodeRow;
import dev.coppice.bridge.wire.PackedGroup;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;

/** Reads groups out of batches of nodes and of leaves that hold them in one order. */
public final class PackedBatches {
  private static final int MAX_LEAVES_BYTES = 1 << 30;

  private PackedBatches() {}

  /**
   * Reads the groups of a message.
   *
   * @param nodes the rows of the groups.
   * @param leaves of the same groups: an Arrow IPC stream of one batch, compressed as a whole.
   * @param allocator for the leaves; everything is given back.
   * @return the groups in order.
   * @throws IllegalArgumentException if the two do not fit together.
   */
  public static List<PackedGroup> read(
      final VectorSchemaRoot nodes, final byte[] leaves, final BufferAllocator allocator) {
    final List<NodeRow> nodeRows = new ArrayList<>();
    final ColumnReader columns = new ColumnReader(nodes);
    for (int row = 0; row < columns.rows(); row++) {
      nodeRows.add(RowReader.node(columns, row));
    }
    return joined(cut(nodeRows, NodeRow::group), cut(leaves(leaves, allocator), LeafRow::group));
  }

  private static List<LeafRow> leaves(final byte[] stream, final BufferAllocator allocator) {
    final List<LeafRow> rows = new ArrayList<>();
    try (ArrowStreamReader reader =
        new ArrowStreamReader(
            new ByteArrayInputStream(WireCodecs.unpack(stream, MAX_LEAVES_BYTES)), allocator)) {
      while (reader.loadNextBatch()) {
        final ColumnReader columns = new ColumnReader(reader.getVectorSchemaRoot());
        for (int row = 0; row < columns.rows(); row++) {
          rows.add(RowReader.leaf(columns, row));
        }
      }
    } catch (final IOException e) {
      throw new IllegalArgumentException("the leaves of a message cannot be read: " + e, e);
    }
    return rows;
  }

  /** Joins nodes and leaves of the same groups; a group whose paths all vanished has no leaves. */
  static List<PackedGroup> joined(
      final List<List<NodeRow>> nodes, final List<List<LeafRow>> leaves) {
    final List<PackedGroup> groups = new ArrayList<>();
    int next = 0;
    for (final List<NodeRow> rows : nodes) {
      final boolean own =
          next < leaves.size() && leaves.get(next).getFirst().group() == rows.getFirst().group();
      groups.add(new PackedGroup(rows, own ? leaves.get(next++) : List.of()));
    }
    if (next < leaves.size()) {
      throw new IllegalArgumentException(
          "has leaves of a group that its nodes do not name in this place: group="
              + leaves.get(next).getFirst().group());
    }
    return groups;
  }

  /** Cuts a batch into groups; the rows of a group stand together. */
  static <R> List<List<R>> cut(final List<R> batch, final ToLongFunction<R> groupOf) {
    final List<List<R>> groups = new ArrayList<>();
    int first = 0;
    for (int row = 1; row <= batch.size(); row++) {
      if (row == batch.size()
          || groupOf.applyAsLong(batch.get(row)) != groupOf.applyAsLong(batch.get(first))) {
        groups.add(batch.subList(first, row));
        first = row;
      }
    }
    return groups;
  }
}
