package dev.coppice.bench.decode;

import dev.coppice.decoder.DecoderSettings;
import dev.coppice.decoder.batch.ForwardBatch;
import dev.coppice.decoder.batch.InferenceBackend;
import dev.coppice.decoder.batch.Logits;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.DoubleSupplier;

/**
 * Measures how fast branches of one prefix decode, and what that is compared with.
 *
 * <p>Arms take turns, one after the other in every repeat, so that a change of the machine's load
 * meets all of them; medians are reported. A short run of every arm comes first and is not counted.
 * What a branch holds but did not compute is copied: the arms differ in what they read alone.
 *
 * @thread one at a time; takes the backend's pool for itself.
 */
public final class DecodeBench {
  private static final int WARM_STEPS = 8;

  /** Keeps the busy thread's work from being compiled away. */
  private static volatile long blackHole;

  private final InferenceBackend backend;
  private final BenchCell cell;
  private final BenchArms arms;
  private final ForwardBatch batch = new ForwardBatch();
  private final Logits logits = new Logits();
  private final Map<BenchFigure, double[]> samples = new EnumMap<>(BenchFigure.class);
  private int repeat;
  private long kvBytes;

  private DecodeBench(final InferenceBackend backend, final BenchCell cell, final BenchArms arms) {
    this.backend = backend;
    this.cell = cell;
    this.arms = arms;
  }

  /**
   * Measures one cell.
   *
   * @param backend that computes.
   * @param cell to measure.
   * @param arms to measure beside prefill and decoding.
   * @param settings the backend was opened with, for the report.
   * @return the medians.
   * @throws IllegalArgumentException if the cell does not fit the model's context or the heap.
   */
  public static BenchResult measure(
      final InferenceBackend backend,
      final BenchCell cell,
      final BenchArms arms,
      final DecoderSettings settings) {
    return measure(backend, cell, arms, settings, -1);
  }

  /**
   * Measures one cell once more in a process that has measured it before, so nothing warms up.
   *
   * @param backend that computes.
   * @param cell to measure.
   * @param arms to measure beside prefill and decoding.
   * @param settings the backend was opened with, for the report.
   * @return the medians.
   * @throws IllegalArgumentException if the cell does not fit the model's context or the heap.
   */
  public static BenchResult measureAgain(
      final InferenceBackend backend,
      final BenchCell cell,
      final BenchArms arms,
      final DecoderSettings settings) {
    return measure(backend, cell, arms, settings, 0);
  }

  private static BenchResult measure(
      final InferenceBackend backend,
      final BenchCell cell,
      final BenchArms arms,
      final DecoderSettings settings,
      final int firstRepeat) {
    if (cell.contextTokens() > backend.contextTokens()) {
      throw new IllegalArgumentException(
          "the branches exceed the context: shared=%d new=%d suffix=%d context=%d"
              .formatted(
                  cell.shared(),
                  cell.fresh(),
                  cell.layout().longestSuffix(),
                  backend.contextTokens()));
    }
    final DecodeBench bench = new DecodeBench(backend, cell, arms);
    for (bench.repeat = firstRepeat; bench.repeat < arms.repeats(); bench.repeat++) {
      bench.round();
    }
    final Map<BenchFigure, Double> medians = new EnumMap<>(BenchFigure.class);
    bench.samples.forEach((figure, values) -> medians.put(figure, median(values)));
    return new BenchResult(
        cell, settings.precision().dtype(), settings.threads(), medians, bench.kvBytes);
  }

  private static double median(final double[] values) {
    final double[] sorted = values.clone();
    Arrays.sort(sorted);
    final int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** Measures every arm once; the first round warms up and is not kept. */
  private void round() {
    final BranchPool pool = new BranchPool(backend, cell, false);
    kvBytes = pool.bytes();
    final double prefill = prefill(pool, cell.shared());
    keep(BenchFigure.PREFILL_TPS, cell.shared() / prefill);
    if (pool.baseTokens() > cell.shared()) {
      complete(pool);
    }
    final double decode = decode(pool);
    keep(BenchFigure.DECODE_TPS, tokens() / decode);
    if (arms.contended()) {
      keep(BenchFigure.CONTENDED_DECODE_TPS, tokens() / besideBusyThread(() -> decode(pool)));
    }
    if (cell.layout().plain() != cell.layout()) {
      final BranchPool plain = new BranchPool(backend, cell.in(cell.layout().plain()), false);
      complete(plain);
      keep(BenchFigure.PLAIN_DECODE_TPS, tokens() / decode(plain));
    }
    if (arms.job()) {
      keep(BenchFigure.JOB_SECONDS, prefill + decode);
    }
    if (arms.unshared() || arms.job()) {
      unshared();
    }
  }

  private void unshared() {
    final BranchPool pool = new BranchPool(backend, cell, true);
    complete(pool);
    pool.begin();
    double prefill = 0;
    if (arms.job() && repeat >= 0) {
      final long start = System.nanoTime();
      for (int branch = 0; branch < cell.batch(); branch++) {
        batch.clear();
        pool.addPrefix(batch, branch, cell.shared());
        backend.forward(batch, logits);
      }
      prefill = (System.nanoTime() - start) / 1e9;
    }
    final double decode = decode(pool);
    keep(BenchFigure.UNSHARED_DECODE_TPS, tokens() / decode);
    if (arms.job()) {
      keep(BenchFigure.UNSHARED_JOB_SECONDS, prefill + decode);
    }
  }

  private void keep(final BenchFigure figure, final double value) {
    if (repeat >= 0) {
      samples.computeIfAbsent(figure, ignored -> new double[arms.repeats()])[repeat] = value;
    }
  }

  private double tokens() {
    return (double) cell.batch() * cell.fresh();
  }

  /** Computes the whole base, so that nothing uninitialised is read. */
  private void complete(final BranchPool pool) {
    prefill(pool, pool.baseTokens());
  }

  /** Computes the start of the base; returns seconds. */
  private double prefill(final BranchPool pool, final int tokens) {
    batch.clear();
    pool.addPrefix(batch, -1, tokens);
    final long start = System.nanoTime();
    backend.forward(batch, logits);
    return (System.nanoTime() - start) / 1e9;
  }

  /** Decodes all branches from their beginning; returns seconds. */
  private double decode(final BranchPool pool) {
    pool.begin();
    final int steps = repeat < 0 ? Math.min(WARM_STEPS, cell.fresh()) : cell.fresh();
    final long start = System.nanoTime();
    for (int step = 0; step < steps; step++) {
      batch.clear();
      pool.addStep(batch);
      backend.forward(batch, logits);
      pool.replaceBranch(step);
    }
    return (System.nanoTime() - start) / 1e9;
  }

  /** Keeps one core busy meanwhile, as a tool beside the engine does. */
  private static double besideBusyThread(final DoubleSupplier work) {
    final Thread busy =
        Thread.ofPlatform()
            .daemon()
            .name("foreign-load")
            .start(
                () -> {
                  long spins = 0;
                  while (!Thread.currentThread().isInterrupted()) {
                    spins++;
                  }
                  blackHole = spins;
                });
    try {
      return work.getAsDouble();
    } finally {
      busy.interrupt();
    }
  }
}
