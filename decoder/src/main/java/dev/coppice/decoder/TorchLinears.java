package dev.coppice.decoder;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import dev.coppice.decoder.kernel.Linears;
import dev.coppice.decoder.kernel.PackedLayer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * Computes linear layers through Deep Java Library: with oneDNN on weights packed once, or with
 * PyTorch's plain linear on any device it knows. Rows are the processor's in either.
 *
 * <p>Packed layers give the same bits for a row whatever the number of rows beside it, which
 * plain ones do not; a test holds this on the machine at hand.
 *
 * @thread one at a time.
 */
final class TorchLinears implements Linears {
  /** The number of rows the packing is told to expect; one packing serves all. */
  private static final long ROWS_HINT = 32;

  /**
   * The fewest rows a call computes in bf16: a single row takes another path through oneDNN on
   * processors without bf16 instructions, and gives other bits. In f32 it does not.
   */
  private static final int BF16_MIN_ROWS = 2;

  /** Wider layers get fewer rows at once, so that buffers stay small. */
  private static final int MAX_BUFFERED = 4 << 20;

  private final Int2ObjectHashMap<RowBuffer> inputBuffers = new Int2ObjectHashMap<>();
  private final Int2ObjectHashMap<RowBuffer> outputBuffers = new Int2ObjectHashMap<>();
  private final int mostRows;
  private final int threads;
  private final int leastRows;
  private final PtNDManager manager;
  private final PtNDManager placing;
  private final PtSymbolBlock block;
  private Thread configured;

  /**
   * Says how layers are computed.
   *
   * @param threads PyTorch computes with on the processor.
   * @param bf16 whether layers compute in bf16 instead of f32.
   * @param device that holds and computes layers.
   * @param packed whether oneDNN computes them, which is for the processor alone.
   */
  record Mode(int threads, boolean bf16, Device device, boolean packed) {}

  /**
   * Starts the engine.
   *
   * @param mode of computing.
   * @param mostRows computed together.
   */
  TorchLinears(final Mode mode, final int mostRows) {
    this.threads = mode.threads;
    this.mostRows = mostRows;
    leastRows = mode.bf16 && mode.packed ? BF16_MIN_ROWS : 1;
    manager = (PtNDManager) NDManager.newBaseManager(Device.cpu(), "PyTorch");
    placing = manager.newSubManager(mode.device);
    JniUtils.setGraphExecutorOptimize(false);
    try {
      block =
          JniUtils.loadModule(
              manager,
              new ByteArrayInputStream(LinearScript.archive(mode.bf16, mode.packed)),
              false,
              false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Holds one packed layer.
   *
   * @param weight as oneDNN laid it out.
   * @param bias or null.
   * @param inputs of the layer.
   * @param outputs of the layer.
   */
  private record Packed(IValue weight, IValue bias, int inputs, int outputs)
      implements PackedLayer {
    @Override
    public void close() {
      weight.close();
      if (bias != null) {
        bias.close();
      }
    }
  }

  @Override
  public PackedLayer pack(
      final MemorySegment weight, final int outputs, final int inputs, final MemorySegment bias) {
    final IValue packed;
    try (IValue plain = RowBuffer.tensor(placing, weight, outputs, inputs);
        IValue hint = IValue.from(ROWS_HINT)) {
      packed = IValueUtils.runMethod(block, "pack", plain, hint);
    }
    if (bias == null) {
      return new Packed(packed, null, inputs, outputs);
    }
    try (IValue plain = RowBuffer.tensor(placing, bias, outputs)) {
      return new Packed(packed, IValueUtils.runMethod(block, "cast", plain), inputs, outputs);
    }
  }

  /** Finds or makes the rows of one width; inputs and outputs of one width are apart. */
  private RowBuffer buffer(final Int2ObjectHashMap<RowBuffer> buffers, final int width) {
    RowBuffer buffer = buffers.get(width);
    if (buffer == null) {
      final int rows = Math.max(Math.min(mostRows, MAX_BUFFERED / width), leastRows);
      buffer = new RowBuffer(manager, width, rows);
      buffers.put(width, buffer);
    }
    return buffer;
  }

  @Override
  public void apply(
      final PackedLayer packed,
      final float[] in,
      final float[] out,
      final int outOffset,
      final int rows) {
    configureThread();
    final Packed layer = (Packed) packed;
    final RowBuffer from = buffer(inputBuffers, layer.inputs);
    final RowBuffer to = buffer(outputBuffers, layer.outputs);
    final int most = Math.min(from.capacity(), to.capacity());
    for (int begin = 0; begin < rows; begin += most) {
      final int some = Math.min(most, rows - begin);
      final int count = Math.max(some, leastRows);
      from.put(in, begin, some);
      if (layer.bias == null) {
        run("linear", from.view(count), layer.weight, to.view(count));
      } else {
        run("biased", from.view(count), layer.weight, layer.bias, to.view(count));
      }
      to.get(out, outOffset + begin * to.width(), some);
    }
  }

  @Override
  public void applyGated(
      final PackedLayer[] layers, final float[] in, final float[] out, final int rows) {
    configureThread();
    final Packed gate = (Packed) layers[0];
    final Packed down = (Packed) layers[2];
    final RowBuffer from = buffer(inputBuffers, gate.inputs);
    final RowBuffer to = buffer(outputBuffers, down.outputs);
    final int most = Math.min(from.capacity(), to.capacity());
    for (int begin = 0; begin < rows; begin += most) {
      final int some = Math.min(most, rows - begin);
      final int count = Math.max(some, leastRows);
      from.put(in, begin, some);
      run(
          "gated",
          from.view(count),
          gate.weight,
          ((Packed) layers[1]).weight,
          down.weight,
          to.view(count));
      to.get(out, begin * to.width(), some);
    }
  }

  private void run(final String method, final IValue... inputs) {
    IValueUtils.runMethod(block, method, inputs).close();
  }

  /** Sets the number of threads where it is not yet set: OpenMP keeps it per calling thread. */
  private void configureThread() {
    if (configured != Thread.currentThread()) {
      configured = Thread.currentThread();
      JniUtils.setNumThreads(threads);
    }
  }

  @Override
  public void close() {
    inputBuffers.values().forEach(RowBuffer::close);
    outputBuffers.values().forEach(RowBuffer::close);
    block.close();
    manager.close();
  }
}
