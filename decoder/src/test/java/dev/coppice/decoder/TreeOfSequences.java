package dev.coppice.decoder;

import dev.coppice.decoder.batch.ForwardBatch;
import dev.coppice.decoder.batch.InferenceBackend;
import dev.coppice.decoder.batch.Logits;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Keeps sequences that share full blocks with the sequence they were forked from; blocks that no
 * sequence names any more are used again, as they are.
 */
final class TreeOfSequences {
  private final InferenceBackend backend;
  private final int blockTokens;
  private final int[] users;
  private final SplittableRandom random;
  private int free;
  private int reused;

  TreeOfSequences(
      final InferenceBackend backend, final int blockTokens, final int blocks, final long seed) {
    this.backend = backend;
    this.blockTokens = blockTokens;
    users = new int[blocks];
    free = blocks;
    random = new SplittableRandom(seed);
    backend.allocate(blocks, blockTokens);
  }

  /** Takes any free block. */
  private int take() {
    if (free-- == 0) {
      throw new IllegalStateException("too few blocks: " + users.length);
    }
    int block = random.nextInt(users.length);
    while (users[block] != 0) {
      block = (block + 1) % users.length;
    }
    users[block] = 1;
    return block;
  }

  /** Gives a branch up. */
  void drop(final Branch branch) {
    for (final int block : branch.blocks) {
      if (--users[block] == 0) {
        free++;
        reused++;
      }
    }
  }

  /** Returns how many blocks were given up for others to use. */
  int reused() {
    return reused;
  }

  /** Holds one path: its tokens, its blocks and the logits after every token so far. */
  static final class Branch {
    private int[] tokens = new int[0];
    private int[] blocks = new int[0];
    private float[] logits = new float[0];

    int[] tokens() {
      return tokens;
    }

    float[] logits() {
      return logits;
    }
  }

  Branch root() {
    return new Branch();
  }

  Branch fork(final Branch parent) {
    final Branch child = new Branch();
    child.tokens = parent.tokens;
    child.logits = parent.logits;
    child.blocks = parent.blocks.clone();
    for (final int block : child.blocks) {
      users[block]++;
    }
    final int partial = parent.tokens.length % blockTokens;
    if (partial > 0) {
      final int last = child.blocks.length - 1;
      users[parent.blocks[last]]--;
      child.blocks[last] = take();
      backend.copyBlock(parent.blocks[last], child.blocks[last], partial);
    }
    return child;
  }

  void extend(final Branch branch, final int[] added, final ForwardBatch batch) {
    final int start = branch.tokens.length;
    branch.tokens = Arrays.copyOf(branch.tokens, start + added.length);
    System.arraycopy(added, 0, branch.tokens, start, added.length);
    final int needed = (branch.tokens.length + blockTokens - 1) / blockTokens;
    final int had = branch.blocks.length;
    branch.blocks = Arrays.copyOf(branch.blocks, needed);
    for (int i = had; i < needed; i++) {
      branch.blocks[i] = take();
    }
    Sequences.add(batch, branch.tokens, start, branch.blocks, blockTokens);
  }

  void collect(final List<Branch> branches, final ForwardBatch batch, final Logits logits) {
    final int vocabulary = backend.vocabularySize();
    int from = 0;
    for (int row = 0; row < batch.rows(); row++) {
      final Branch branch = branches.get(row);
      final int count = batch.length(row) * vocabulary;
      final int had = branch.logits.length;
      branch.logits = Arrays.copyOf(branch.logits, had + count);
      System.arraycopy(logits.values(), from, branch.logits, had, count);
      from += count;
    }
  }
}
