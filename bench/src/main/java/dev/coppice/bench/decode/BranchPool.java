package dev.coppice.bench.decode;

import dev.coppice.decoder.batch.ForwardBatch;
import dev.coppice.decoder.batch.InferenceBackend;
import java.util.SplittableRandom;

/**
 * Lays out a pool for the branches of a cell and keeps their block tables and lengths.
 *
 * <pre>
 *   base     one sequence, computed once; what branches do not share is copied from it
 *   shared   segments that several branches name (the base itself for one level)
 *   own      blocks of one branch
 * </pre>
 *
 * @thread one at a time; takes the backend's pool for itself.
 */
final class BranchPool {
  /** As the engine has it by default. */
  static final int BLOCK_TOKENS = 16;

  private static final int[] SEGMENTS = {1, 4, 16};
  private static final long SEED = 20;

  private final InferenceBackend backend;
  private final BenchCell cell;
  private final boolean apart;
  private final int baseBlocks;
  private final int ownBlocks;
  private final int sharedBlocks;
  private final int[][] tables;
  private final int[] lengths;
  private SplittableRandom random = new SplittableRandom(SEED);

  /**
   * Allocates the pool.
   *
   * @param backend whose pool is taken.
   * @param cell that is laid out.
   * @param apart whether every branch has its own copy of everything.
   */
  BranchPool(final InferenceBackend backend, final BenchCell cell, final boolean apart) {
    this.backend = backend;
    this.cell = cell;
    this.apart = apart;
    baseBlocks = blocks(cell.shared() + cell.layout().longestSuffix());
    sharedBlocks = apart ? 0 : cell.shared() / BLOCK_TOKENS;
    final int most = blocks(cell.contextTokens());
    ownBlocks = most - sharedBlocks;
    tables = new int[cell.batch()][most];
    lengths = new int[cell.batch()];
    backend.allocate(baseBlocks + extraSegments() + cell.batch() * ownBlocks, BLOCK_TOKENS);
  }

  private static int blocks(final int tokens) {
    return (tokens + BLOCK_TOKENS - 1) / BLOCK_TOKENS;
  }

  private int levelBegin(final int level) {
    return sharedBlocks * level / SEGMENTS.length;
  }

  private int segments(final int level) {
    return cell.layout() == BenchLayout.LEVELS ? Math.min(SEGMENTS[level], cell.batch()) : 1;
  }

  private int extraSegments() {
    int extra = 0;
    for (int level = 0; level < SEGMENTS.length; level++) {
      extra += (segments(level) - 1) * (levelBegin(level + 1) - levelBegin(level));
    }
    return extra;
  }

  /** Returns the bytes the branches hold at their end. */
  long bytes() {
    final int base = apart ? 0 : blocks(cell.shared());
    final long held = base + extraSegments() + (long) cell.batch() * ownBlocks;
    return held * backend.blockBytes(BLOCK_TOKENS);
  }

  /** Returns the tokens of the base. */
  int baseTokens() {
    return cell.shared() + cell.layout().longestSuffix();
  }

  int baseBlock(final int index) {
    return index;
  }

  /** Puts every branch where it begins; needs a computed base. */
  void begin() {
    random = new SplittableRandom(SEED);
    int next = baseBlocks;
    final int[][] segmentBlocks = new int[SEGMENTS.length * SEGMENTS[2]][];
    for (int level = 0; level < SEGMENTS.length; level++) {
      for (int segment = 1; segment < segments(level); segment++) {
        final int from = levelBegin(level);
        final int[] copies = new int[levelBegin(level + 1) - from];
        for (int i = 0; i < copies.length; i++) {
          copies[i] = next++;
          backend.copyBlock(from + i, copies[i], BLOCK_TOKENS);
        }
        segmentBlocks[level * SEGMENTS[2] + segment] = copies;
      }
    }
    for (int branch = 0; branch < cell.batch(); branch++) {
      for (int level = 0; level < SEGMENTS.length; level++) {
        final int segment = branch * segments(level) / cell.batch();
        for (int i = levelBegin(level); i < levelBegin(level + 1); i++) {
          final int[] copies = segmentBlocks[level * SEGMENTS[2] + segment];
          tables[branch][i] = copies == null ? i : copies[i - levelBegin(level)];
        }
      }
      for (int i = 0; i < ownBlocks; i++) {
        tables[branch][sharedBlocks + i] = next++;
      }
      copyOwn(branch);
      start(branch, branch);
    }
  }

  /** Fills a branch's own blocks from the base. */
  private void copyOwn(final int branch) {
    for (int i = sharedBlocks; i < baseBlocks; i++) {
      final int tokens = Math.min(BLOCK_TOKENS, baseTokens() - i * BLOCK_TOKENS);
      backend.copyBlock(i, tables[branch][i], tokens);
    }
  }

  private void start(final int branch, final int draw) {
    final int longest = cell.layout().longestSuffix();
    lengths[branch] =
        cell.shared()
            + switch (cell.layout()) {
              case FLAT, LEVELS -> 0;
              case EQUAL -> longest / 2;
              // Evenly spread at first, then drawn.
              case RAGGED ->
                  draw < 0
                      ? random.nextInt(1, longest + 1)
                      : 1 + (draw * 2 + 1) * 97 % (2 * cell.batch()) * longest / (2 * cell.batch());
            };
  }

  /** Lets one branch leave and another join in its place where the layout says so. */
  void replaceBranch(final int step) {
    if (cell.layout() == BenchLayout.RAGGED && step % 2 == 1) {
      start(random.nextInt(cell.batch()), -1);
    }
  }

  /** Adds the next token of every branch. */
  void addStep(final ForwardBatch batch) {
    for (int branch = 0; branch < cell.batch(); branch++) {
      final int position = lengths[branch]++;
      final int count = position / BLOCK_TOKENS + 1;
      final int row = batch.addRow(position, 1, count, 0);
      batch.token(row, 0, token(branch, position));
      for (int i = 0; i < count; i++) {
        batch.block(row, i, tables[branch][i]);
      }
    }
  }

  /** Adds the whole prefix of one branch, as a job without sharing computes it. */
  void addPrefix(final ForwardBatch batch, final int branch, final int tokens) {
    final int count = blocks(tokens);
    final int row = batch.addRow(0, tokens, count, tokens - 1);
    for (int i = 0; i < tokens; i++) {
      batch.token(row, i, token(0, i));
    }
    for (int i = 0; i < count; i++) {
      batch.block(row, i, branch < 0 ? baseBlock(i) : tables[branch][i]);
    }
  }

  private int token(final int branch, final int position) {
    return 3 + (branch * 31 + position * 7) % (backend.vocabularySize() - 3);
  }
}
