package dev.coppice.decoder.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Holds rows of inputs as a {@link PanelFormat} multiplies them: floats, floats rounded to bf16, or
 * bf16 with zeros up to a whole step.
 *
 * @thread different rows or columns may be put at once; sized and read while nobody puts.
 */
final class InputRows {
  private final PanelFormat format;
  private float[] floats = new float[0];
  private short[] shorts = new short[0];
  private int stride;

  InputRows(final PanelFormat format) {
    this.format = format;
  }

  /** Makes room. */
  void size(final int rows, final int inputs) {
    stride = format.steps(inputs) * format.together();
    final int size = Math.multiplyExact(rows, stride);
    if (format == PanelFormat.PAIRS) {
      shorts = shorts.length < size ? new short[size] : shorts;
    } else {
      floats = floats.length < size ? new float[size] : floats;
    }
  }

  /** Takes some inputs of one row; behind the last of a row zeros follow. */
  void put(final int row, final int column, final float[] from, final int offset, final int count) {
    final int to = row * stride + column;
    switch (format) {
      case PAIRS -> {
        RowMath.round(from, offset, shorts, to, count);
        if (column + count < stride && (column + count) % format.together() != 0) {
          shorts[to + count] = 0;
        }
      }
      case ORDERED -> RowMath.round(from, offset, floats, to, count);
      default -> System.arraycopy(from, offset, floats, to, count);
    }
  }

  /** Returns the rows. */
  TileKernels.Rows rows() {
    final MemorySegment values =
        format == PanelFormat.PAIRS ? MemorySegment.ofArray(shorts) : MemorySegment.ofArray(floats);
    return new TileKernels.Rows(values, 0, stride);
  }

  /** Lets go of the memory. */
  void release() {
    floats = new float[0];
    shorts = new short[0];
  }
}
