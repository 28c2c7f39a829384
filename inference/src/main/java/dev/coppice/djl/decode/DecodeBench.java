package dev.coppice.djl.decode;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.inference.ForwardBatch;
import dev.coppice.inference.InferenceBackend;
import dev.coppice.inference.Logits;
import java.util.List;

/**
 * Measures how fast branches of one prefix decode, their prefix shared or each with its own copy.
 *
 * <p>The prefix is computed once in either arm: the unshared arm copies its blocks for every branch,
 * so that only the decoding differs. A short run of the same batch size comes first and is not
 * counted.
 *
 * @thread one at a time; takes the backend's pool for itself.
 */
public final class DecodeBench {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int BLOCK_TOKENS = 32;
  private static final int WARM_STEPS = 8;

  private final InferenceBackend backend;
  private final Cell cell;
  private final ForwardBatch batch = new ForwardBatch();
  private final Logits logits = new Logits();
  private final int prefixBlocks;
  private final int ownBlocks;

  private DecodeBench(final InferenceBackend backend, final Cell cell) {
    this.backend = backend;
    this.cell = cell;
    prefixBlocks = cell.shared() / BLOCK_TOKENS;
    final int own = cell.shared() % BLOCK_TOKENS + cell.fresh();
    ownBlocks = (own + BLOCK_TOKENS - 1) / BLOCK_TOKENS;
  }

  /**
   * Names what is measured.
   *
   * @param shared tokens of the prefix, at least 1.
   * @param fresh new tokens per branch, at least 1.
   * @param batch number of branches, at least 1.
   */
  public record Cell(int shared, int fresh, int batch) {
    /** Checks the sizes. */
    public Cell {
      if (shared < 1 || fresh < 1 || batch < 1) {
        throw new IllegalArgumentException(
            "sizes must be at least 1: shared=%d new=%d batch=%d".formatted(shared, fresh, batch));
      }
    }
  }

  /**
   * Holds what was measured.
   *
   * @param cell that was measured.
   * @param dtype of the computation.
   * @param prefillTps tokens of the prefix per second.
   * @param decodeTps new tokens of all branches per second.
   * @param unsharedDecodeTps the same where every branch has its own prefix; NaN if not measured.
   * @param kvBytes of the blocks the shared arm holds at its end.
   */
  public record Result(
      Cell cell,
      String dtype,
      double prefillTps,
      double decodeTps,
      double unsharedDecodeTps,
      long kvBytes) {}

  /**
   * Measures one cell.
   *
   * @param backend that computes.
   * @param cell to measure.
   * @param dtype of the backend, for the report.
   * @param unshared whether the unshared arm is measured too.
   * @return the figures.
   */
  public static Result measure(
      final InferenceBackend backend, final Cell cell, final String dtype, final boolean unshared) {
    if (cell.shared() + cell.fresh() > backend.contextTokens()) {
      throw new IllegalArgumentException(
          "the branches exceed the context: shared=%d new=%d context=%d"
              .formatted(cell.shared(), cell.fresh(), backend.contextTokens()));
    }
    final DecodeBench bench = new DecodeBench(backend, cell);
    final int blocks = bench.prefixBlocks + cell.batch() * bench.ownBlocks + 1;
    backend.allocate(blocks, BLOCK_TOKENS);
    bench.prefill();
    bench.decode(false, Math.min(WARM_STEPS, cell.fresh()));
    final double prefill = cell.shared() / bench.prefill();
    final double decode = bench.total() / bench.decode(false, cell.fresh());
    final long bytes = (blocks - 1) * backend.blockBytes(BLOCK_TOKENS);
    double apart = Double.NaN;
    if (unshared) {
      final int all = cell.batch() * (bench.prefixBlocks + bench.ownBlocks);
      backend.allocate(bench.prefixBlocks + 1 + all, BLOCK_TOKENS);
      bench.prefill();
      bench.decode(true, Math.min(WARM_STEPS, cell.fresh()));
      apart = bench.total() / bench.decode(true, cell.fresh());
    }
    return new Result(cell, dtype, prefill, decode, apart, bytes);
  }

  /**
   * Writes results as formats.md says.
   *
   * @param results of several cells.
   * @return one line of JSON, an array.
   */
  public static String json(final List<Result> results) {
    final ArrayNode array = JSON.createArrayNode();
    for (final Result result : results) {
      final ObjectNode node = array.addObject();
      node.put("shared", result.cell().shared()).put("batch", result.cell().batch());
      node.put("new", result.cell().fresh()).put("dtype", result.dtype());
      node.put("prefill_tps", rounded(result.prefillTps()));
      node.put("decode_tps", rounded(result.decodeTps()));
      if (!Double.isNaN(result.unsharedDecodeTps())) {
        node.put("unshared_decode_tps", rounded(result.unsharedDecodeTps()));
      }
      node.put("kv_bytes", result.kvBytes());
    }
    return array.toString();
  }

  private static double rounded(final double value) {
    return Math.round(value * 10) / 10.0;
  }

  private double total() {
    return (double) cell.batch() * cell.fresh();
  }

  private int token(final int branch, final int position) {
    return 3 + (branch * 31 + position * 7) % (backend.vocabularySize() - 3);
  }

  /** Computes the prefix in the first blocks; returns seconds. */
  private double prefill() {
    batch.clear();
    final int blocks = (cell.shared() + BLOCK_TOKENS - 1) / BLOCK_TOKENS;
    final int row = batch.addRow(0, cell.shared(), blocks, cell.shared() - 1);
    for (int i = 0; i < cell.shared(); i++) {
      batch.token(row, i, token(0, i));
    }
    for (int i = 0; i < blocks; i++) {
      batch.block(row, i, i);
    }
    final long start = System.nanoTime();
    backend.forward(batch, logits);
    return (System.nanoTime() - start) / 1e9;
  }

  /** Decodes all branches; returns seconds. */
  private double decode(final boolean apart, final int steps) {
    final int partial = cell.shared() % BLOCK_TOKENS;
    for (int branch = 0; branch < cell.batch(); branch++) {
      for (int i = 0; apart && i < prefixBlocks; i++) {
        backend.copyBlock(i, block(apart, branch, i), BLOCK_TOKENS);
      }
      if (partial > 0) {
        backend.copyBlock(prefixBlocks, block(apart, branch, prefixBlocks), partial);
      }
    }
    final long start = System.nanoTime();
    for (int step = 0; step < steps; step++) {
      final int position = cell.shared() + step;
      final int blocks = position / BLOCK_TOKENS + 1;
      batch.clear();
      for (int branch = 0; branch < cell.batch(); branch++) {
        final int row = batch.addRow(position, 1, blocks, 0);
        batch.token(row, 0, token(branch, position));
        for (int i = 0; i < blocks; i++) {
          batch.block(row, i, block(apart, branch, i));
        }
      }
      backend.forward(batch, logits);
    }
    return (System.nanoTime() - start) / 1e9;
  }

  /** Lays out the pool: the prefix and its partial block, then what belongs to each branch. */
  private int block(final boolean apart, final int branch, final int index) {
    final int own = apart ? prefixBlocks + ownBlocks : ownBlocks;
    if (!apart && index < prefixBlocks) {
      return index;
    }
    return prefixBlocks + 1 + branch * own + (apart ? index : index - prefixBlocks);
  }
}
