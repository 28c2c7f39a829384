package dev.coppice.djl.attention;

import java.lang.foreign.MemorySegment;

/**
 * Keeps keys and values as floats.
 *
 * @thread the engine thread alone writes; any reads meanwhile.
 */
final class FloatPool extends KvPool {
  private final float[][] cells;

  FloatPool(final Shape shape, final int blocks, final int blockTokens, final int size) {
    super(shape, blocks, blockTokens);
    cells = new float[shape.layers()][size];
  }

  @Override
  MemorySegment cells(final int layer) {
    return MemorySegment.ofArray(cells[layer]);
  }

  @Override
  void read(final int layer, final int offset, final int count, final float[] to, final int at) {
    System.arraycopy(cells[layer], offset, to, at, count);
  }

  @Override
  void move(final int layer, final int from, final int to, final int count) {
    System.arraycopy(cells[layer], from, cells[layer], to, count);
  }

  @Override
  public void write(
      final int layer, final int block, final int slot, final float[] rows, final int offset) {
    final float[] target = cells[layer];
    for (int head = 0; head < kvHeads(); head++) {
      final int keys = offset + head * headDim();
      int to = keyOffset(block, head) + slot;
      for (int i = keys; i < keys + headDim(); i++) {
        target[to] = rows[i];
        to += blockTokens();
      }
      final int values = valueOffset(block, head) + slot * valueStride();
      System.arraycopy(rows, keys + kvHeads() * headDim(), target, values, headDim());
    }
  }
}
