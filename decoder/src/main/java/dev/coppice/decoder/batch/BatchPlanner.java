package dev.coppice.decoder.batch;

import dev.coppice.kvcache.PrefixLease;
import java.util.ArrayList;
import java.util.List;

/**
 * Chooses who is in the next batch, within rows, tokens and blocks.
 *
 * <p>Older branches come first. A sequence that needs a block when none is left takes it from the
 * youngest one that holds any; that one later finds what is still cached and computes the rest
 * again, with the same draws. The oldest is never preempted, so something always advances.
 *
 * <p>A batch is computed with one version of the weights; versions take turns. A prefill that another
 * row of the batch is about to do as well waits for the next batch and finds it in the cache.
 *
 * @thread the engine thread.
 */
final class BatchPlanner {
  private static final int NO_PLACE = -1;

  private final BatchState state;
  private final Prompts prompts;
  private final Versions versions;
  private final List<Sequence> hopeless = new ArrayList<>();

  BatchPlanner(final BatchState state, final Prompts prompts, final Versions versions) {
    this.state = state;
    this.prompts = prompts;
    this.versions = versions;
  }

  /** Fills the batch; answers the sequences for which the pool can never have room. */
  List<Sequence> plan() {
    final PlannedBatch batch = state.batch;
    batch.clear();
    hopeless.clear();
    int skippedInAll = 0;
    for (int turn = versions.live(); turn > 0 && batch.rows() == 0; turn--) {
      skippedInAll += fill(versions.nextTurn());
    }
    state.stalled = batch.rows() == 0 && skippedInAll == state.queue.size();
    return hopeless;
  }

  /** Fills the batch with sequences of one version; answers how many of them found no place. */
  private int fill(final int version) {
    final PlannedBatch batch = state.batch;
    final WaitingSequences queue = state.queue;
    batch.version(version);
    int tokensLeft = state.config.batchTokens();
    int kept = 0;
    int skipped = 0;
    int next = 0;
    while (batch.rows() < state.config.batchRows() && tokensLeft > 0 && next < queue.size()) {
      final Sequence sequence = queue.get(next++);
      if (sequence.tree.version() != version) {
        queue.keep(kept++, sequence);
        continue;
      }
      final int tokens = admit(sequence, tokensLeft);
      if (tokens == NO_PLACE) {
        skipped++;
        queue.keep(kept++, sequence);
      } else {
        tokensLeft -= tokens;
      }
    }
    queue.closeGap(kept, next);
    return skipped;
  }

  /** Puts a sequence into the batch or gives it up; answers the tokens it takes, or NO_PLACE. */
  private int admit(final Sequence sequence, final int tokensLeft) {
    if (sequence.drawOnly) {
      enter(sequence, 0, true);
      return 0;
    }
    if (sequence.lease == null && !leasePrefix(sequence)) {
      return NO_PLACE;
    }
    if (waitsForAnother(sequence)) {
      sequence.closeLease();
      return NO_PLACE;
    }
    final int tokens = Math.min(sequence.uncomputed(), tokensLeft);
    if (!reserve(sequence, tokens)) {
      return giveUp(sequence) ? 0 : NO_PLACE;
    }
    enter(sequence, tokens, tokens == sequence.uncomputed());
    return tokens;
  }

  private void enter(final Sequence sequence, final int tokens, final boolean draws) {
    sequence.queued = false;
    state.batch.add(sequence, tokens, draws);
  }

  private boolean leasePrefix(final Sequence sequence) {
    sequence.lease =
        state.cache.acquire(
            sequence.tree.namespace,
            sequence.work.tokens(),
            sequence.work.length() - 1,
            sequence.tree.number);
    if (sequence.lease == null) {
      return false;
    }
    sequence.everComputed = Math.max(sequence.everComputed, sequence.lease.tokens());
    return true;
  }

  private boolean waitsForAnother(final Sequence sequence) {
    final int size = state.config.blockTokens();
    return sequence.uncomputed() > size
        && sequence.lease.tokens() % size == 0
        && state.batch.computesNextBlockOf(sequence, size);
  }

  private boolean reserve(final Sequence sequence, final int tokens) {
    final PrefixLease lease = sequence.lease;
    while (!lease.reserve(tokens)) {
      if (!preemptYoungest(sequence)) {
        return false;
      }
    }
    if (lease.copyFrom() >= 0) {
      state.batch.addCopy(lease.copyFrom(), lease.copyTo(), lease.copyTokens());
      lease.copyDone();
      state.blocksCopied++;
    }
    return true;
  }

  private boolean preemptYoungest(final Sequence needy) {
    Sequence youngest = null;
    for (final Sequence sequence : state.sequences.values()) {
      final boolean mayLose =
          sequence.lease != null && !sequence.inBatch && sequence.branch > needy.branch;
      if (mayLose && (youngest == null || sequence.branch > youngest.branch)) {
        youngest = sequence;
      }
    }
    if (youngest == null) {
      return prompts.dropLease();
    }
    youngest.closeLease();
    state.preemptions++;
    return true;
  }

  /** Gives a sequence up if nobody else holds a block it could get; false if it may wait. */
  private boolean giveUp(final Sequence sequence) {
    boolean alone = state.batch.rows() == 0;
    for (final Sequence other : state.sequences.values()) {
      alone &= other == sequence || other.lease == null;
    }
    if (alone) {
      sequence.queued = false;
      hopeless.add(sequence);
    }
    return alone;
  }
}
