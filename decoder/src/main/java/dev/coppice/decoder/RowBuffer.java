package dev.coppice.decoder;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Lends one piece of native memory to both sides: to Java as floats, to PyTorch as tensors.
 *
 * <p>The tensor of each number of rows is made once and kept, so that a forward pass allocates
 * nothing native.
 *
 * @shape float[capacity][width].
 * @thread the engine thread alone.
 */
final class RowBuffer implements AutoCloseable {
  private final PtNDManager manager;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory;
  private final int width;
  private final IValue[] views;

  RowBuffer(final PtNDManager manager, final int width, final int capacity) {
    this.manager = manager;
    this.width = width;
    memory = arena.allocate((long) capacity * width * Float.BYTES, 64);
    views = new IValue[capacity + 1];
  }

  int capacity() {
    return views.length - 1;
  }

  int width() {
    return width;
  }

  /**
   * Copies rows in.
   *
   * @param rows to copy.
   * @param first of them in the array.
   * @param count of rows.
   */
  void put(final float[] rows, final int first, final int count) {
    MemorySegment.copy(rows, first * width, memory, ValueLayout.JAVA_FLOAT, 0, count * width);
  }

  /**
   * Copies rows out.
   *
   * @param rows to fill.
   * @param offset in the array.
   * @param count of rows.
   */
  void get(final float[] rows, final int offset, final int count) {
    MemorySegment.copy(memory, ValueLayout.JAVA_FLOAT, 0, rows, offset, count * width);
  }

  /**
   * Returns the tensor over the first rows.
   *
   * @param rows in it.
   * @return a tensor that shares this memory; owned by this buffer.
   */
  IValue view(final int rows) {
    IValue view = views[rows];
    if (view == null) {
      view = tensor(manager, memory.asSlice(0, (long) rows * width * Float.BYTES), rows, width);
      views[rows] = view;
    }
    return view;
  }

  /**
   * Makes a tensor over native memory, which must outlive it.
   *
   * @param manager that makes it.
   * @param memory holding f32 values.
   * @param shape of the tensor.
   * @return the tensor; the caller closes it.
   */
  static IValue tensor(final PtNDManager manager, final MemorySegment memory, final long... shape) {
    try (PtNDArray array =
        manager.create(
            memory.asByteBuffer().order(ByteOrder.nativeOrder()),
            new Shape(shape),
            DataType.FLOAT32)) {
      return IValue.from(array);
    }
  }

  @Override
  public void close() {
    for (final IValue view : views) {
      if (view != null) {
        view.close();
      }
    }
    arena.close();
  }
}
