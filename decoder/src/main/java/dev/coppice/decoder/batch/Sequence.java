package dev.coppice.decoder.batch;

import dev.coppice.kvcache.PrefixLease;
import dev.coppice.model.Work;

/**
 * Holds what the embedded model knows of one branch: its work and its lease on keys and values.
 *
 * <pre>
 *   path     | computed: keys and values are in the lease | known, not computed yet |
 *            0                              lease.tokens()              work.length()
 * </pre>
 *
 * @thread the engine thread.
 */
final class Sequence {
  final int branch;
  final GrownTree tree;
  Work work;
  PrefixLease lease;

  /** Whether its work is open and waits for a place in a batch. */
  boolean queued;

  boolean inBatch;
  boolean released;

  /** Whether it draws from the logits of a prompt that another sequence computed. */
  boolean drawOnly;

  int everComputed;

  Sequence(final int branch, final GrownTree tree) {
    this.branch = branch;
    this.tree = tree;
  }

  int uncomputed() {
    return work.length() - (lease == null ? 0 : lease.tokens());
  }

  int cachedTokens() {
    return drawOnly ? work.length() : lease.tokens();
  }

  void commit(final int tokens) {
    lease.commit(work.tokens(), lease.tokens(), tokens);
    everComputed = Math.max(everComputed, lease.tokens());
  }

  void closeLease() {
    if (lease != null) {
      lease.close();
      lease = null;
    }
  }
}
