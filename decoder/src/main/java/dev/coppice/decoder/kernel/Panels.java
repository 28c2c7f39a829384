package dev.coppice.decoder.kernel;

import dev.coppice.decoder.files.TensorType;
import dev.coppice.decoder.machine.MappedMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Holds the weights of one layer as panels of 64 outputs, in the order the kernel reads them.
 *
 * @thread made on any thread, then read; the guess at what follows belongs to who computes.
 */
final class Panels implements PackedLayer {
  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory;
  private final PanelFormat format;
  private final int outputs;
  private final int inputs;
  private final float[] bias;
  private final Span span;
  private Span following;

  /**
   * Names where panels lie. It keeps none of them alive: who only fetches may guess wrong.
   *
   * @param address of the first.
   * @param panelBytes of each.
   * @param count of them.
   */
  record Span(long address, long panelBytes, int count) {
    long panel(final int index) {
      return address + index * panelBytes;
    }
  }

  Panels(
      final MemorySegment weight,
      final int outputs,
      final int inputs,
      final MemorySegment bias,
      final PanelFormat format) {
    this.format = format;
    this.outputs = outputs;
    this.inputs = inputs;
    this.bias = bias == null ? null : bias.toArray(ValueLayout.JAVA_FLOAT);
    final int count = (outputs + TileCode.COLUMNS - 1) / TileCode.COLUMNS;
    final long panelBytes = (long) steps() * format.stepBytes();
    memory = MappedMemory.data(count * panelBytes, arena);
    span = new Span(memory.address(), panelBytes, count);
    following = span;
    for (int output = 0; output < outputs; output++) {
      fill(weight, output);
    }
  }

  private void fill(final MemorySegment weight, final int output) {
    final int column = output % TileCode.COLUMNS;
    final long base = output / TileCode.COLUMNS * span.panelBytes;
    final long from = (long) output * inputs;
    for (int k = 0; k < inputs; k++) {
      final float value = weight.getAtIndex(ValueLayout.JAVA_FLOAT, from + k);
      final long step = base + (long) (k / format.together()) * format.stepBytes();
      switch (format) {
        case FLOATS -> memory.set(ValueLayout.JAVA_FLOAT, step + column * 4L, value);
        case PAIRS ->
            memory.set(
                ValueLayout.JAVA_SHORT, step + column * 4L + k % 2 * 2, TensorType.toBf16(value));
        default -> {
          final int half = column / 32 * 32 + column % 16 * 2 + column / 16 % 2;
          memory.set(ValueLayout.JAVA_SHORT, step + half * 2L, TensorType.toBf16(value));
        }
      }
    }
  }

  int count() {
    return span.count;
  }

  long address(final int panel) {
    return span.panel(panel);
  }

  /** Returns the steps that a kernel takes through a panel. */
  int steps() {
    return format.steps(inputs);
  }

  /** Returns what was computed after this the last time: a guess at what comes next. */
  Span following() {
    return following;
  }

  /** Notes what is computed after this. */
  void follow(final Panels next) {
    following = next.span;
  }

  int outputs() {
    return outputs;
  }

  int inputs() {
    return inputs;
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
