package dev.coppice.decoder.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Computes linear layers with kernels of our own, panel by panel.
 *
 * <p>Every output sums over the inputs in rising order with one fused multiply-add each, so that its
 * bits depend neither on the rows beside it nor on the threads. With bf16 weights the inputs and
 * sums stay f32.
 *
 * <pre>
 *   for each panel of 64 outputs, on some thread     read from memory once
 *     for each tile of at most 12 rows               sums in registers, over all inputs
 * </pre>
 *
 * @thread one at a time; panels are shared out over the workers.
 */
public final class PanelLinears implements Linears {
  private static final int COLUMNS = TileCode.COLUMNS;

  /** Below this, waking a helper costs more than it saves. */
  private static final long MIN_OPERATIONS = 100_000;

  private final TileKernels kernels = TileKernels.present();
  private final RowMath math = new RowMath();
  private final WorkerPool workers;
  private final boolean bf16;
  private final float[][] tails;
  private final float[][] ups;
  private final WorkerPool.Work plainWork = this::plainPiece;
  private final WorkerPool.Work gatedWork = this::gatedPiece;
  private float[] inner = new float[0];

  // The job in hand.
  private Panels layer;
  private Panels second;
  private MemorySegment in;
  private int inStride;
  private float[] out;
  private MemorySegment outMemory;
  private int outOffset;
  private int outStride;
  private int rows;
  private int perPiece;

  /**
   * Prepares to compute.
   *
   * @param workers that computes.
   * @param bf16 whether weights are rounded to bf16.
   */
  public PanelLinears(final WorkerPool workers, final boolean bf16) {
    this.workers = workers;
    this.bf16 = bf16;
    tails = new float[workers.threads()][0];
    ups = new float[workers.threads()][0];
  }

  /**
   * Says whether this machine can run the kernels: x86-64 with AVX-512, Linux, and no rule against
   * new code in memory.
   *
   * @return whether layers can be applied.
   */
  public static boolean available() {
    return TileKernels.present() != null;
  }

  @Override
  public PackedLayer pack(
      final MemorySegment weight, final int outputs, final int inputs, final MemorySegment bias) {
    return new Panels(weight, outputs, inputs, bias, bf16);
  }

  @Override
  public void apply(
      final PackedLayer packed,
      final float[] input,
      final float[] output,
      final int offset,
      final int count) {
    layer = (Panels) packed;
    in = MemorySegment.ofArray(input);
    inStride = layer.inputs();
    target(output, offset, layer.outputs(), count);
    share(plainWork, 1);
  }

  @Override
  public void applyGated(
      final PackedLayer[] layers, final float[] input, final float[] output, final int count) {
    layer = (Panels) layers[0];
    second = (Panels) layers[1];
    final Panels down = (Panels) layers[2];
    final int width = layer.count() * COLUMNS;
    if (inner.length < count * width) {
      inner = new float[count * width];
    }
    in = MemorySegment.ofArray(input);
    inStride = layer.inputs();
    target(inner, 0, width, count);
    share(gatedWork, 2);
    layer = down;
    in = MemorySegment.ofArray(inner);
    inStride = width;
    target(output, 0, down.outputs(), count);
    share(plainWork, 1);
  }

  private void target(final float[] output, final int offset, final int stride, final int count) {
    rows = count;
    out = output;
    outMemory = MemorySegment.ofArray(output);
    outOffset = offset;
    outStride = stride;
  }

  /** Cuts the panels into pieces: enough of them that a late helper costs little. */
  private void share(final WorkerPool.Work work, final int layers) {
    final int panels = layer.count();
    final long operations = (long) rows * layer.inputs() * layer.outputs() * layers;
    final int most =
        workers.threads() == 1 || operations < MIN_OPERATIONS ? 1 : workers.threads() * 6;
    perPiece = (panels + most - 1) / most;
    workers.run((panels + perPiece - 1) / perPiece, work);
  }

  private void plainPiece(final int lane, final int piece) {
    final int end = Math.min(layer.count(), (piece + 1) * perPiece);
    for (int panel = piece * perPiece; panel < end; panel++) {
      final int first = panel * COLUMNS;
      if (first + COLUMNS <= outStride) {
        compute(layer, panel, outMemory, outOffset + first, outStride);
        for (int row = 0; row < rows; row++) {
          final int to = outOffset + row * outStride + first;
          layer.addBias(out, to, first, Math.min(COLUMNS, layer.outputs() - first));
        }
      } else {
        tail(lane, panel, first);
      }
    }
  }

  /** Computes a panel that is wider than what is left of a row. */
  private void tail(final int lane, final int panel, final int first) {
    tails[lane] = grown(tails[lane]);
    final float[] tail = tails[lane];
    compute(layer, panel, MemorySegment.ofArray(tail), 0, COLUMNS);
    final int columns = layer.outputs() - first;
    for (int row = 0; row < rows; row++) {
      final int to = outOffset + row * outStride + first;
      System.arraycopy(tail, row * COLUMNS, out, to, columns);
      layer.addBias(out, to, first, columns);
    }
  }

  private void gatedPiece(final int lane, final int piece) {
    ups[lane] = grown(ups[lane]);
    final float[] up = ups[lane];
    final MemorySegment upMemory = MemorySegment.ofArray(up);
    final int end = Math.min(layer.count(), (piece + 1) * perPiece);
    for (int panel = piece * perPiece; panel < end; panel++) {
      final int first = panel * COLUMNS;
      compute(layer, panel, outMemory, first, outStride);
      compute(second, panel, upMemory, 0, COLUMNS);
      for (int row = 0; row < rows; row++) {
        math.gate(out, row * outStride + first, up, row * COLUMNS, COLUMNS);
      }
    }
  }

  private float[] grown(final float[] scratch) {
    return scratch.length < rows * COLUMNS ? new float[rows * COLUMNS] : scratch;
  }

  private void compute(
      final Panels panels,
      final int panel,
      final MemorySegment target,
      final int offset,
      final int stride) {
    kernels.panel(
        new TileKernels.Panel(panels.address(panel), panels.inputs(), panels.bf16()),
        new TileKernels.Rows(in, 0, inStride),
        new TileKernels.Rows(target, offset, stride),
        rows);
  }

  @Override
  public void close() {
    inner = new float[0];
  }
}
