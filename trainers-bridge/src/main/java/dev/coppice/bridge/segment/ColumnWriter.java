package dev.coppice.bridge.segment;

import dev.coppice.bridge.wire.FlatRow;
import dev.coppice.bridge.wire.TokenColumns;
import dev.coppice.bridge.wire.VersionRun;
import dev.coppice.trajectory.NodeMark;
import dev.coppice.trajectory.Span;
import dev.coppice.trajectory.TrajectoryNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;

/**
 * Puts values into the columns of one batch, whole token lists at a time.
 *
 * @thread one.
 * @cost one copy per value, straight into the memory that is written to the file.
 */
final class ColumnWriter {
  private final VectorSchemaRoot root;

  ColumnWriter(final VectorSchemaRoot root) {
    this.root = root;
  }

  void putLong(final String column, final int row, final long value) {
    ((BigIntVector) root.getVector(column)).setSafe(row, value);
  }

  void putInt(final String column, final int row, final int value) {
    ((IntVector) root.getVector(column)).setSafe(row, value);
  }

  void putShort(final String column, final int row, final int value) {
    if (value > Short.MAX_VALUE) {
      throw new IllegalArgumentException(column + " does not fit 16 bits: value=" + value);
    }
    ((SmallIntVector) root.getVector(column)).setSafe(row, (short) value);
  }

  void putByte(final String column, final int row, final int value) {
    ((TinyIntVector) root.getVector(column)).setSafe(row, (byte) value);
  }

  void putFloat(final String column, final int row, final float value) {
    ((Float4Vector) root.getVector(column)).setSafe(row, value);
  }

  void putFloatOrNull(final String column, final int row, final float value) {
    final Float4Vector vector = (Float4Vector) root.getVector(column);
    if (Float.isNaN(value)) {
      vector.setNull(row);
    } else {
      vector.setSafe(row, value);
    }
  }

  void putText(final String column, final int row, final String value) {
    putText((VarCharVector) root.getVector(column), row, value);
  }

  private static void putText(final VarCharVector vector, final int row, final String value) {
    vector.setSafe(row, value.getBytes(StandardCharsets.UTF_8));
  }

  void putInts(final String column, final int row, final int[] values) {
    space(column, row, values.length, Integer.BYTES).asIntBuffer().put(values);
  }

  void putBytes(final String column, final int row, final byte[] values) {
    space(column, row, values.length, Byte.BYTES).put(values);
  }

  void putFloats(final String column, final int row, final float[] values) {
    space(column, row, values.length, Float.BYTES).asFloatBuffer().put(values);
  }

  void putFloatsOrNull(final String column, final int row, final float[] values) {
    if (values == null) {
      ((ListVector) root.getVector(column)).setNull(row);
    } else {
      putFloats(column, row, values);
    }
  }

  /** Adds a list of so many values to a row and returns the memory they go to. */
  private ByteBuffer space(
      final String column, final int row, final int count, final int valueBytes) {
    final ListVector list = (ListVector) root.getVector(column);
    final BaseFixedWidthVector items = (BaseFixedWidthVector) list.getDataVector();
    final int start = list.startNewValue(row);
    while (items.getValueCapacity() < start + count) {
      items.reAlloc();
    }
    list.endValue(row, count);
    final ArrowBuf memory = items.getDataBuffer();
    return memory
        .nioBuffer((long) start * valueBytes, count * valueBytes)
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  void putVersionRuns(final int row, final List<VersionRun> runs) {
    final ListVector list = (ListVector) root.getVector("version_runs");
    final StructVector items = (StructVector) list.getDataVector();
    final IntVector version = items.getChild("version", IntVector.class);
    final IntVector length = items.getChild("length", IntVector.class);
    final int start = list.startNewValue(row);
    for (int i = 0; i < runs.size(); i++) {
      version.setSafe(start + i, runs.get(i).version());
      length.setSafe(start + i, runs.get(i).length());
    }
    endStructs(list, items, row, runs.size());
  }

  void putSpans(final int row, final List<Span> spans) {
    final ListVector list = (ListVector) root.getVector("spans");
    final StructVector items = (StructVector) list.getDataVector();
    final IntVector first = items.getChild("start", IntVector.class);
    final IntVector length = items.getChild("length", IntVector.class);
    final TinyIntVector kind = items.getChild("kind", TinyIntVector.class);
    final IntVector call = items.getChild("call", IntVector.class);
    final int start = list.startNewValue(row);
    for (int i = 0; i < spans.size(); i++) {
      final Span span = spans.get(i);
      first.setSafe(start + i, span.start());
      length.setSafe(start + i, span.length());
      kind.setSafe(start + i, (byte) span.kind().code());
      call.setSafe(start + i, span.call());
    }
    endStructs(list, items, row, spans.size());
  }

  void putProvenance(final int row, final Set<NodeMark> marks) {
    final ListVector list = (ListVector) root.getVector("provenance");
    final VarCharVector names = (VarCharVector) list.getDataVector();
    int at = list.startNewValue(row);
    for (final NodeMark mark : NodeMark.values()) {
      if (marks.contains(mark)) {
        putText(names, at++, mark.wireName());
      }
    }
    list.endValue(row, marks.size());
  }

  void putMarks(final int row, final List<FlatRow.MarkRun> runs) {
    final ListVector list = (ListVector) root.getVector("marks");
    final StructVector items = (StructVector) list.getDataVector();
    final IntVector first = items.getChild("start", IntVector.class);
    final IntVector length = items.getChild("length", IntVector.class);
    final TinyIntVector mark = items.getChild("mark", TinyIntVector.class);
    final int start = list.startNewValue(row);
    for (int i = 0; i < runs.size(); i++) {
      first.setSafe(start + i, runs.get(i).start());
      length.setSafe(start + i, runs.get(i).length());
      mark.setSafe(start + i, (byte) runs.get(i).mark().code());
    }
    endStructs(list, items, row, runs.size());
  }

  /** Puts the kept ids where the header has them told, a count for every token of the row. */
  void putKept(final int row, final TokenColumns columns) {
    if (root.getVector(SegmentSchemas.KEPT) == null) {
      return;
    }
    final TrajectoryNode.Kept kept = columns.kept();
    putInts(SegmentSchemas.KEPT, row, kept.ids());
    putInts(
        SegmentSchemas.KEPT_COUNTS,
        row,
        kept.isThere() ? kept.counts() : new int[columns.tokens().length]);
  }

  void putComponents(final int row, final Map<String, Float> components) {
    final ListVector map = (ListVector) root.getVector("components");
    final StructVector entries = (StructVector) map.getDataVector();
    final VarCharVector keys = entries.getChild("key", VarCharVector.class);
    final Float4Vector values = entries.getChild("value", Float4Vector.class);
    int at = map.startNewValue(row);
    for (final Map.Entry<String, Float> entry : new TreeMap<>(components).entrySet()) {
      putText(keys, at, entry.getKey());
      if (entry.getValue().isNaN()) {
        values.setNull(at);
      } else {
        values.setSafe(at, entry.getValue());
      }
      at++;
    }
    endStructs(map, entries, row, components.size());
  }

  private static void endStructs(
      final ListVector list, final StructVector items, final int row, final int count) {
    final int start = list.getOffsetBuffer().getInt((long) row * ListVector.OFFSET_WIDTH);
    for (int i = start; i < start + count; i++) {
      items.setIndexDefined(i);
    }
    list.endValue(row, count);
  }

  /** Ends the batch: fixes the sizes and marks every listed number as present. */
  void finish(final int rows) {
    root.setRowCount(rows);
    root.getFieldVectors()
        .forEach(
            vector -> {
              if (vector instanceof ListVector list
                  && list.getDataVector() instanceof BaseFixedWidthVector items) {
                final int count = rows == 0 ? 0 : list.getElementEndIndex(rows - 1);
                items.setValueCount(count);
                items.getValidityBuffer().setOne(0L, Math.ceilDiv(count, Byte.SIZE));
              }
            });
  }
}
