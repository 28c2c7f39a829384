package dev.coppice.bridge.segment;

import dev.coppice.bridge.wire.FlatRow;
import dev.coppice.bridge.wire.VersionRun;
import dev.coppice.trajectory.NodeMark;
import dev.coppice.trajectory.Span;
import dev.coppice.trajectory.SpanKind;
import dev.coppice.trajectory.TrajectoryNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;

/** Takes values out of the columns of one batch. */
final class ColumnReader {
  private final VectorSchemaRoot root;
  private final boolean knowsDraws;

  ColumnReader(final VectorSchemaRoot root) {
    this.root = root;
    this.knowsDraws = SegmentSchemas.knowsDraws(root.getSchema().getCustomMetadata());
  }

  int rows() {
    return root.getRowCount();
  }

  private <V extends FieldVector> V vector(final String column, final Class<V> type) {
    final FieldVector vector = root.getVector(column);
    if (!type.isInstance(vector)) {
      throw new IllegalArgumentException("has no column " + column + " of the right type");
    }
    return type.cast(vector);
  }

  long getLong(final String column, final int row) {
    return vector(column, BigIntVector.class).get(row);
  }

  int getInt(final String column, final int row) {
    return vector(column, IntVector.class).get(row);
  }

  /** Reads a number of draws, which is 1 in the format before. */
  int getDraws(final String column, final int row) {
    return knowsDraws ? getInt(column, row) : 1;
  }

  int getShort(final String column, final int row) {
    return vector(column, SmallIntVector.class).get(row);
  }

  int getByte(final String column, final int row) {
    return vector(column, TinyIntVector.class).get(row);
  }

  float getFloat(final String column, final int row) {
    final Float4Vector vector = vector(column, Float4Vector.class);
    return vector.isNull(row) ? Float.NaN : vector.get(row);
  }

  String getText(final String column, final int row) {
    return new String(vector(column, VarCharVector.class).get(row), StandardCharsets.UTF_8);
  }

  int[] getInts(final String column, final int row) {
    final ByteBuffer bytes = list(column, row, Integer.BYTES);
    final int[] values = new int[bytes.remaining() / Integer.BYTES];
    bytes.asIntBuffer().get(values);
    return values;
  }

  byte[] getBytes(final String column, final int row) {
    final ByteBuffer bytes = list(column, row, Byte.BYTES);
    final byte[] values = new byte[bytes.remaining()];
    bytes.get(values);
    return values;
  }

  /** Reads a list, or null where the row has none. */
  float[] getFloats(final String column, final int row) {
    if (root.getVector(column).isNull(row)) {
      return null;
    }
    final ByteBuffer bytes = list(column, row, Float.BYTES);
    final float[] values = new float[bytes.remaining() / Float.BYTES];
    bytes.asFloatBuffer().get(values);
    return values;
  }

  private ByteBuffer list(final String column, final int row, final int valueBytes) {
    final ListVector list = vector(column, ListVector.class);
    final int start = list.getElementStartIndex(row);
    final int count = list.getElementEndIndex(row) - start;
    if (count == 0) {
      return ByteBuffer.allocate(0);
    }
    return list.getDataVector()
        .getDataBuffer()
        .nioBuffer((long) start * valueBytes, count * valueBytes)
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Reads the kept ids of a row, or nothing where the header does not have them told. */
  TrajectoryNode.Kept getKept(final int row) {
    return root.getVector(SegmentSchemas.KEPT) == null
        ? TrajectoryNode.Kept.NONE
        : new TrajectoryNode.Kept(
            getInts(SegmentSchemas.KEPT_COUNTS, row), getInts(SegmentSchemas.KEPT, row));
  }

  List<VersionRun> getVersionRuns(final int row) {
    final ListVector list = vector("version_runs", ListVector.class);
    final StructVector items = (StructVector) list.getDataVector();
    final IntVector version = items.getChild("version", IntVector.class);
    final IntVector length = items.getChild("length", IntVector.class);
    final List<VersionRun> runs = new ArrayList<>();
    for (int i = list.getElementStartIndex(row); i < list.getElementEndIndex(row); i++) {
      runs.add(new VersionRun(version.get(i), length.get(i)));
    }
    return runs;
  }

  List<Span> getSpans(final int row) {
    final ListVector list = vector("spans", ListVector.class);
    final StructVector items = (StructVector) list.getDataVector();
    final IntVector start = items.getChild("start", IntVector.class);
    final IntVector length = items.getChild("length", IntVector.class);
    final TinyIntVector kind = items.getChild("kind", TinyIntVector.class);
    final IntVector call = items.getChild("call", IntVector.class);
    final List<Span> spans = new ArrayList<>();
    for (int i = list.getElementStartIndex(row); i < list.getElementEndIndex(row); i++) {
      final SpanKind spanKind = SpanKind.ofCode(kind.get(i));
      spans.add(new Span(start.get(i), length.get(i), spanKind, call.get(i)));
    }
    return spans;
  }

  /** Reads the marks of a node; the format before has none. */
  Set<NodeMark> getProvenance(final int row) {
    final Set<NodeMark> marks = EnumSet.noneOf(NodeMark.class);
    if (knowsDraws) {
      final ListVector list = vector("provenance", ListVector.class);
      final VarCharVector names = (VarCharVector) list.getDataVector();
      for (int i = list.getElementStartIndex(row); i < list.getElementEndIndex(row); i++) {
        marks.add(NodeMark.ofWireName(new String(names.get(i), StandardCharsets.UTF_8)));
      }
    }
    return marks;
  }

  /** Reads the marks of a path; the format before has none. */
  List<FlatRow.MarkRun> getMarks(final int row) {
    if (!knowsDraws) {
      return List.of();
    }
    final ListVector list = vector("marks", ListVector.class);
    final StructVector items = (StructVector) list.getDataVector();
    final IntVector start = items.getChild("start", IntVector.class);
    final IntVector length = items.getChild("length", IntVector.class);
    final TinyIntVector mark = items.getChild("mark", TinyIntVector.class);
    final List<FlatRow.MarkRun> runs = new ArrayList<>();
    for (int i = list.getElementStartIndex(row); i < list.getElementEndIndex(row); i++) {
      final NodeMark found = markOfCode(mark.get(i));
      runs.add(new FlatRow.MarkRun(start.get(i), length.get(i), found));
    }
    return runs;
  }

  private static NodeMark markOfCode(final int code) {
    for (final NodeMark mark : NodeMark.values()) {
      if (mark.code() == code) {
        return mark;
      }
    }
    throw new IllegalArgumentException("unknown number: NodeMark=" + code);
  }

  Map<String, Float> getComponents(final int row) {
    final ListVector map = vector("components", ListVector.class);
    final StructVector entries = (StructVector) map.getDataVector();
    final VarCharVector keys = entries.getChild("key", VarCharVector.class);
    final Float4Vector values = entries.getChild("value", Float4Vector.class);
    final Map<String, Float> components = new HashMap<>();
    for (int i = map.getElementStartIndex(row); i < map.getElementEndIndex(row); i++) {
      final String key = new String(keys.get(i), StandardCharsets.UTF_8);
      components.put(key, values.isNull(i) ? Float.NaN : values.get(i));
    }
    return components;
  }
}
