package dev.coppice.decoder.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Computes linear layers with kernels of our own, panel by panel.
 *
 * <p>Every output sums over the inputs in one order with one fused multiply-add each, so that its
 * bits depend neither on the rows beside it nor on the threads. Sums are f32; {@link PanelFormat}
 * says what weights and inputs are.
 *
 * <pre>
 *   each thread: a range of panels of 64 outputs     read from memory once, in one direction
 *     for each tile of at most 12 rows               sums in registers, over all inputs
 * </pre>
 *
 * <p>A thread fetches what it reads next: the next panel, and after its last one the first of the
 * layer that followed the last time.
 *
 * @thread one at a time; panels are shared out over the workers.
 */
public final class PanelLinears implements Linears {
  private static final int COLUMNS = TileCode.COLUMNS;

  /** Below this, waking a helper costs more than it saves. */
  private static final long MIN_OPERATIONS = 100_000;

  /** Rows that are worth sharing out to be rounded. */
  private static final int MANY_ROWS = 8;

  private final PanelFormat format;
  private final TileKernels kernels;
  private final RowMath math = new RowMath();
  private final WorkerPool workers;
  private final float[][] scratch;
  private final InputRows taken;
  private final InputRows inner;
  private final WorkerPool.Work plainWork = this::plainPiece;
  private final WorkerPool.Work gatedWork = this::gatedPiece;
  private final WorkerPool.Work takeWork = this::takePiece;

  // The job in hand.
  private Panels layer;
  private Panels second;
  private float[] source;
  private TileKernels.Rows in;
  private float[] out;
  private MemorySegment outMemory;
  private int outOffset;
  private int rows;

  /**
   * Prepares to compute.
   *
   * @param workers that computes.
   * @param format of the weights; {@link PanelFormat#PAIRS} only where the processor multiplies them.
   */
  public PanelLinears(final WorkerPool workers, final PanelFormat format) {
    this.workers = workers;
    this.format = format;
    kernels = TileKernels.of(format);
    scratch = new float[workers.threads()][0];
    taken = new InputRows(format);
    inner = new InputRows(format);
  }

  /**
   * Says whether this machine can run the kernels: x86-64 with AVX-512, Linux, and no rule against
   * new code in memory.
   *
   * @return whether layers can be applied.
   */
  public static boolean available() {
    return TileKernels.of(PanelFormat.FLOATS) != null;
  }

  @Override
  public PackedLayer pack(
      final MemorySegment weight, final int outputs, final int inputs, final MemorySegment bias) {
    return new Panels(weight, outputs, inputs, bias, format);
  }

  @Override
  public void apply(
      final PackedLayer packed,
      final float[] input,
      final float[] output,
      final int offset,
      final int count) {
    rows = count;
    begin((Panels) packed);
    in = inputs(input);
    target(output, offset);
    share(plainWork, 1);
  }

  @Override
  public void applyGated(
      final PackedLayer[] layers, final float[] input, final float[] output, final int count) {
    rows = count;
    begin((Panels) layers[0]);
    second = (Panels) layers[1];
    in = inputs(input);
    inner.size(rows, layer.count() * COLUMNS);
    share(gatedWork, 2);
    begin((Panels) layers[2]);
    in = inner.rows();
    target(output, 0);
    share(plainWork, 1);
  }

  private void begin(final Panels next) {
    if (layer != null) {
      layer.follow(next);
    }
    layer = next;
  }

  private void target(final float[] output, final int offset) {
    out = output;
    outMemory = MemorySegment.ofArray(output);
    outOffset = offset;
  }

  /** Brings the rows into the form in which they are multiplied. */
  private TileKernels.Rows inputs(final float[] input) {
    if (!format.rounds()) {
      return new TileKernels.Rows(MemorySegment.ofArray(input), 0, layer.inputs());
    }
    source = input;
    taken.size(rows, layer.inputs());
    workers.run(rows < MANY_ROWS ? 1 : rows, takeWork);
    return taken.rows();
  }

  private void takePiece(final int lane, final int piece) {
    final int width = layer.inputs();
    final int end = rows < MANY_ROWS ? rows : piece + 1;
    for (int row = piece; row < end; row++) {
      taken.put(row, 0, source, row * width, width);
    }
  }

  /** Shares the panels out, where that is worth while. */
  private void share(final WorkerPool.Work work, final int layers) {
    final int panels = layer.count();
    final long operations = (long) rows * layer.inputs() * layer.outputs() * layers;
    if (operations < MIN_OPERATIONS) {
      for (int panel = 0; panel < panels; panel++) {
        work.run(0, panel);
      }
    } else {
      workers.run(panels, work);
    }
  }

  /** Finds what a lane reads after a panel. */
  private long next(final int lane, final int panel) {
    if (panel + 1 < workers.end(panel, layer.count())) {
      return layer.address(panel + 1);
    }
    final Panels.Span after = layer.following();
    return after.panel(workers.begin(lane, after.count()));
  }

  private void plainPiece(final int lane, final int panel) {
    final int first = panel * COLUMNS;
    final long next = next(lane, panel);
    final int stride = layer.outputs();
    if (first + COLUMNS > stride) {
      tail(lane, panel, first, next);
      return;
    }
    compute(layer.address(panel), new TileKernels.Rows(outMemory, outOffset + first, stride), next);
    for (int row = 0; row < rows; row++) {
      layer.addBias(out, outOffset + row * stride + first, first, COLUMNS);
    }
  }

  /** Computes a panel that is wider than what is left of a row. */
  private void tail(final int lane, final int panel, final int first, final long next) {
    final float[] tail = scratch(lane, 1);
    final var target = new TileKernels.Rows(MemorySegment.ofArray(tail), 0, COLUMNS);
    compute(layer.address(panel), target, next);
    final int columns = layer.outputs() - first;
    for (int row = 0; row < rows; row++) {
      final int to = outOffset + row * layer.outputs() + first;
      System.arraycopy(tail, row * COLUMNS, out, to, columns);
      layer.addBias(out, to, first, columns);
    }
  }

  private void gatedPiece(final int lane, final int panel) {
    final float[] both = scratch(lane, 2);
    final MemorySegment memory = MemorySegment.ofArray(both);
    final int ups = rows * COLUMNS;
    final long up = second.address(panel);
    compute(layer.address(panel), new TileKernels.Rows(memory, 0, COLUMNS), up);
    compute(up, new TileKernels.Rows(memory, ups, COLUMNS), next(lane, panel));
    math.gate(both, 0, both, ups, ups);
    for (int row = 0; row < rows; row++) {
      inner.put(row, panel * COLUMNS, both, row * COLUMNS, COLUMNS);
    }
  }

  private float[] scratch(final int lane, final int panels) {
    final int wanted = rows * COLUMNS * panels;
    if (scratch[lane].length < wanted) {
      scratch[lane] = new float[wanted];
    }
    return scratch[lane];
  }

  private void compute(final long address, final TileKernels.Rows target, final long next) {
    kernels.panel(new TileKernels.Panel(address, layer.steps(), next), in, target, rows);
  }

  @Override
  public void close() {
    taken.release();
    inner.release();
  }
}
