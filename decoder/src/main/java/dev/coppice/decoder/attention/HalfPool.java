package dev.coppice.decoder.attention;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Keeps keys and values as half floats (IEEE 754 binary16), which hold 11 bits of a value; what is
 * larger than they can hold is kept as their largest. Attention widens them and computes in floats, so
 * a token costs half the memory and half the traffic of {@link FloatPool}.
 *
 * @thread different tokens may be written at once; any thread reads.
 */
final class HalfPool extends KvPool {
  /** The largest half float. */
  private static final float MOST = 65504f;

  private final short[][] cells;
  private final MemorySegment[] memory;

  HalfPool(final Shape shape, final int blocks, final int blockTokens, final int size) {
    super(shape, blocks, blockTokens);
    cells = new short[shape.layers()][size];
    memory = Arrays.stream(cells).map(MemorySegment::ofArray).toArray(MemorySegment[]::new);
  }

  @Override
  MemorySegment cells(final int layer) {
    return memory[layer];
  }

  @Override
  void read(final int layer, final int offset, final int count, final float[] to, final int at) {
    for (int i = 0; i < count; i++) {
      to[at + i] = Float.float16ToFloat(cells[layer][offset + i]);
    }
  }

  @Override
  void move(final int layer, final int from, final int to, final int count) {
    System.arraycopy(cells[layer], from, cells[layer], to, count);
  }

  @Override
  public void write(
      final int layer, final int block, final int slot, final float[] rows, final int offset) {
    final short[] target = cells[layer];
    for (int head = 0; head < kvHeads(); head++) {
      final int keys = offset + head * headDim();
      int to = keyOffset(block, head) + slot;
      for (int i = keys; i < keys + headDim(); i++) {
        target[to] = narrowed(rows[i]);
        to += blockTokens();
      }
      final int from = keys + kvHeads() * headDim();
      final int values = valueOffset(block, head) + slot * valueStride();
      for (int i = 0; i < headDim(); i++) {
        target[values + i] = narrowed(rows[from + i]);
      }
    }
  }

  private static short narrowed(final float value) {
    return Float.floatToFloat16(Math.max(-MOST, Math.min(MOST, value)));
  }
}
