package dev.coppice.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;

/**
 * Computes linear layers with oneDNN through Deep Java Library, on weights packed once.
 *
 * <p>Packed layers give the same bits for a row whatever the number of rows beside it, which
 * PyTorch's plain linear does not; a test holds this on the machine at hand.
 *
 * @thread one at a time.
 */
final class TorchLinears implements AutoCloseable {
  /** The number of rows the packing is told to expect; one packing serves all. */
  private static final long ROWS_HINT = 32;

  /**
   * The fewest rows a call computes in bf16: a single row takes another path through oneDNN on
   * processors without bf16 instructions, and gives other bits. In f32 it does not.
   */
  private static final int BF16_LEAST_ROWS = 2;

  private final int threads;
  private final int leastRows;
  private final PtNDManager manager;
  private final PtSymbolBlock block;
  private Thread configured;

  /**
   * Starts the engine.
   *
   * @param threads PyTorch computes with.
   * @param bf16 whether layers compute in bf16 instead of f32.
   */
  TorchLinears(final int threads, final boolean bf16) {
    this.threads = threads;
    leastRows = bf16 ? BF16_LEAST_ROWS : 1;
    manager = (PtNDManager) NDManager.newBaseManager(Device.cpu(), "PyTorch");
    JniUtils.setGraphExecutorOptimize(false);
    try {
      block =
          JniUtils.loadModule(
              manager, new ByteArrayInputStream(LinearScript.archive(bf16)), false, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Holds one packed layer.
   *
   * @param weight as oneDNN laid it out.
   * @param bias or null.
   */
  record Packed(IValue weight, IValue bias) implements AutoCloseable {
    @Override
    public void close() {
      weight.close();
      if (bias != null) {
        bias.close();
      }
    }
  }

  /**
   * Packs a layer.
   *
   * @param weight of {@code outputs x inputs} values, no longer needed afterwards.
   * @param outputs of the layer.
   * @param inputs of the layer.
   * @param bias of {@code outputs} values, or null.
   * @return the layer; the caller closes it.
   */
  Packed pack(
      final MemorySegment weight, final int outputs, final int inputs, final MemorySegment bias) {
    final IValue packed;
    try (IValue plain = RowBuffer.tensor(manager, weight, outputs, inputs);
        IValue hint = IValue.from(ROWS_HINT)) {
      packed = IValueUtils.runMethod(block, "pack", plain, hint);
    }
    if (bias == null) {
      return new Packed(packed, null);
    }
    try (IValue plain = RowBuffer.tensor(manager, bias, outputs)) {
      return new Packed(packed, IValueUtils.runMethod(block, "cast", plain));
    }
  }

  /**
   * Lends rows.
   *
   * @param width of a row.
   * @param capacity in rows.
   * @return memory both sides see; the caller closes it.
   */
  RowBuffer rows(final int width, final int capacity) {
    return new RowBuffer(manager, width, Math.max(capacity, leastRows));
  }

  /**
   * Applies one layer: {@code out = in W' + b}.
   *
   * @param layer to apply.
   * @param in rows.
   * @param out rows.
   * @param rows the number of them.
   */
  void apply(final Packed layer, final RowBuffer in, final RowBuffer out, final int rows) {
    configureThread();
    final int count = Math.max(rows, leastRows);
    if (layer.bias() == null) {
      run("linear", in.view(count), layer.weight(), out.view(count));
    } else {
      run("biased", in.view(count), layer.weight(), layer.bias(), out.view(count));
    }
  }

  /**
   * Applies the gated layers: {@code out = (silu(in G') * (in U')) D'}.
   *
   * @param weights G, U and D.
   * @param in rows.
   * @param out rows.
   * @param rows the number of them.
   */
  void applyGated(final Packed[] weights, final RowBuffer in, final RowBuffer out, final int rows) {
    configureThread();
    final int count = Math.max(rows, leastRows);
    run(
        "gated",
        in.view(count),
        weights[0].weight(),
        weights[1].weight(),
        weights[2].weight(),
        out.view(count));
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
    block.close();
    manager.close();
  }
}
