package dev.coppice.djl;

import dev.coppice.inference.ForwardBatch;
import dev.coppice.inference.InferenceBackend;
import dev.coppice.inference.Logits;
import java.util.Arrays;
import java.util.List;

/** Keeps sequences that share full blocks with the sequence they were forked from. */
final class TreeOfSequences {
  private final InferenceBackend backend;
  private final int blockTokens;
  private int nextBlock;

  TreeOfSequences(final InferenceBackend backend, final int blockTokens, final int blocks) {
    this.backend = backend;
    this.blockTokens = blockTokens;
    backend.allocate(blocks, blockTokens);
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
    final int partial = parent.tokens.length % blockTokens;
    if (partial > 0) {
      final int last = child.blocks.length - 1;
      child.blocks[last] = nextBlock++;
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
      branch.blocks[i] = nextBlock++;
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
