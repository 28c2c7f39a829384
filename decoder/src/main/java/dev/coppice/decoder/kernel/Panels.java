package dev.coppice.decoder.kernel;

import dev.coppice.decoder.files.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Holds the weights of one layer as panels of 64 outputs, in the order the kernel reads them.
 *
 * <pre>
 *   f32    panel | input k | 64 floats
 *   bf16   panel | input k | 32 pairs: outputs j and j + 16 of each half, low and high
 * </pre>
 *
 * @thread made on any thread, then read.
 */
final class Panels implements PackedLayer {
  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory;
  private final boolean bf16;
  private final int outputs;
  private final int inputs;
  private final float[] bias;

  Panels(
      final MemorySegment weight,
      final int outputs,
      final int inputs,
      final MemorySegment bias,
      final boolean bf16) {
    this.bf16 = bf16;
    this.outputs = outputs;
    this.inputs = inputs;
    this.bias = bias == null ? null : bias.toArray(ValueLayout.JAVA_FLOAT);
    memory = MappedMemory.data(count() * panelBytes(), arena);
    for (int panel = 0; panel < count(); panel++) {
      fill(weight, panel);
    }
  }

  private void fill(final MemorySegment weight, final int panel) {
    final int first = panel * TileCode.COLUMNS;
    final int columns = Math.min(TileCode.COLUMNS, outputs - first);
    final long base = panel * panelBytes();
    for (int column = 0; column < columns; column++) {
      final long from = (long) (first + column) * inputs;
      if (bf16) {
        final int pair = column / 32 * 32 + column % 16 * 2 + column / 16 % 2;
        for (int k = 0; k < inputs; k++) {
          final float value = weight.getAtIndex(ValueLayout.JAVA_FLOAT, from + k);
          memory.set(ValueLayout.JAVA_SHORT, base + k * 128L + pair * 2, TensorType.toBf16(value));
        }
      } else {
        for (int k = 0; k < inputs; k++) {
          final float value = weight.getAtIndex(ValueLayout.JAVA_FLOAT, from + k);
          memory.set(ValueLayout.JAVA_FLOAT, base + k * 256L + column * 4, value);
        }
      }
    }
  }

  int count() {
    return (outputs + TileCode.COLUMNS - 1) / TileCode.COLUMNS;
  }

  private long panelBytes() {
    return (long) inputs * TileCode.stepBytes(bf16);
  }

  long address(final int panel) {
    return memory.address() + panel * panelBytes();
  }

  int outputs() {
    return outputs;
  }

  int inputs() {
    return inputs;
  }

  boolean bf16() {
    return bf16;
  }

  /** Adds the bias to some outputs of one row. */
  void addBias(final float[] out, final int offset, final int first, final int columns) {
    for (int i = 0; bias != null && i < columns; i++) {
      out[offset + i] += bias[first + i];
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
