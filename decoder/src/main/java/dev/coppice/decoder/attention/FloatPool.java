package dev.coppice.decoder.attention;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Keeps keys and values as floats.
 *
 * @thread different tokens may be written at once; any thread reads.
 */
final class FloatPool extends KvPool {
  private final float[][] cells;
  private final MemorySegment[] memory;

  FloatPool(final Shape shape, final int blocks, final int blockTokens, final int size) {
    super(shape, blocks, blockTokens);
    cells = new float[shape.layers()][size];
    memory = Arrays.stream(cells).map(MemorySegment::ofArray).toArray(MemorySegment[]::new);
  }

  @Override
  MemorySegment cells(final int layer) {
    return memory[layer];
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
