package dev.coppice.core;

import dev.coppice.kvcache.PrefixLease;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.trajectory.NodeKind;
import java.util.ArrayList;
import java.util.List;

/**
 * Chooses who is in the next batch, within rows, tokens, blocks and budget.
 *
 * <p>Older branches come first. A branch that needs a block when none is left takes it from the
 * youngest branch that holds any; that one later finds what is still cached and computes the rest
 * again, with the same draws. The oldest branch is never robbed, so something always advances.
 *
 * <p>A batch is computed with one version of the weights; versions take turns. A prefill that another
 * row of the batch is about to do as well waits for the next batch and finds it in the cache.
 *
 * @thread the engine thread.
 */
final class BatchPlanner {
  private final State state;
  private final List<Branch> skipped = new ArrayList<>();
  private final List<Branch> otherVersions = new ArrayList<>();

  BatchPlanner(final State state) {
    this.state = state;
  }

  void plan(final List<Effect> effects) {
    final Batch batch = state.batch;
    batch.clear();
    int skippedInAll = 0;
    for (int turn = state.versions.live(); turn > 0 && batch.rows() == 0; turn--) {
      skippedInAll += fill(state.versions.nextTurn(), effects);
    }
    state.counters.evictedBlocks = state.cache.evictedBlocks();
    state.stalled = batch.rows() == 0 && skippedInAll == state.ready.size();
    if (batch.rows() > 0) {
      state.forwardInFlight = true;
      effects.add(new Effect.Forward());
    }
  }

  /** Fills the batch with branches of one version; answers how many of them found no place. */
  private int fill(final int version, final List<Effect> effects) {
    final Batch batch = state.batch;
    final EngineConfig.Capacity capacity = state.config.capacity();
    batch.forward().policyVersion(version);
    int tokensLeft = capacity.batchTokens();
    while (batch.rows() < capacity.batchRows() && tokensLeft > 0 && !state.ready.isEmpty()) {
      final Branch branch = state.ready.poll();
      if (branch.tree.version() == version) {
        tokensLeft -= admit(branch, tokensLeft, effects);
      } else {
        otherVersions.add(branch);
      }
    }
    final int found = skipped.size();
    state.ready.addAll(skipped);
    state.ready.addAll(otherVersions);
    skipped.clear();
    otherVersions.clear();
    return found;
  }

  /** Puts a branch into the batch, ends it, or skips it; answers the tokens it takes up. */
  private int admit(final Branch branch, final int tokensLeft, final List<Effect> effects) {
    if (branch.drawOnly) {
      if (pay(branch, 0, true, effects)) {
        enter(branch, 0, true);
      }
      return 0;
    }
    if (branch.lease == null && !leasePrefix(branch)) {
      skipped.add(branch);
      return 0;
    }
    if (waitsForAnother(branch)) {
      branch.release();
      skipped.add(branch);
      return 0;
    }
    final int tokens = Math.min(branch.uncomputed(), tokensLeft);
    if (!reserve(branch, tokens)) {
      giveUpOrSkip(branch, effects);
      return 0;
    }
    final boolean draws = tokens == branch.uncomputed();
    if (!pay(branch, tokens, draws, effects)) {
      return 0;
    }
    addRow(branch, tokens, draws);
    enter(branch, tokens, draws);
    return tokens;
  }

  private boolean leasePrefix(final Branch branch) {
    branch.lease =
        state.cache.acquire(
            branch.tree.namespace, branch.path, branch.length - 1, branch.tree.owner);
    if (branch.lease != null && branch.lease.tokens() > branch.everComputed) {
      foundMore(branch);
    }
    return branch.lease != null;
  }

  private boolean waitsForAnother(final Branch branch) {
    final int size = state.config.capacity().blockTokens();
    return branch.uncomputed() > size
        && branch.lease.tokens() % size == 0
        && state.batch.computesNextBlockOf(branch, size);
  }

  /**
   * Books tokens this path never computed itself: another path of equal tokens did. The first of them
   * may be the last token of a turn, which was sampled here and whose keys and values were found.
   */
  private static void foundMore(final Branch branch) {
    final int found = branch.lease.tokens() - branch.everComputed;
    final boolean given = branch.node.kind != NodeKind.ACTION;
    if (branch.tailSampled) {
      (given ? branch.node.parent : branch.node).cachedTokens++;
    }
    if (given) {
      branch.node.cachedTokens += found - (branch.tailSampled ? 1 : 0);
    }
    branch.everComputed = branch.lease.tokens();
    branch.tailSampled = false;
  }

  private boolean reserve(final Branch branch, final int tokens) {
    while (!branch.lease.reserve(tokens)) {
      if (!robYoungest(branch)) {
        return false;
      }
    }
    if (branch.lease.copyFrom() >= 0) {
      final PrefixLease lease = branch.lease;
      state.batch.addCopy(lease.copyFrom(), lease.copyTo(), lease.copyTokens());
      lease.copyDone();
      state.counters.blocksCopied++;
    }
    return true;
  }

  private boolean robYoungest(final Branch robber) {
    Branch youngest = null;
    for (final Branch branch : state.branches.values()) {
      final boolean robbable =
          branch.lease != null && branch.wait != Branch.Wait.FORWARD && branch.id > robber.id;
      if (robbable && (youngest == null || branch.id > youngest.id)) {
        youngest = branch;
      }
    }
    if (youngest == null) {
      return state.groups.dropPromptLease();
    }
    youngest.release();
    state.counters.preemptions++;
    return true;
  }

  private void giveUpOrSkip(final Branch branch, final List<Effect> effects) {
    boolean alone = state.batch.rows() == 0;
    for (final Branch other : state.branches.values()) {
      alone &= other == branch || other.lease == null;
    }
    if (alone) {
      state.growth.fail(branch, Failures.poolTooSmall(branch.length), effects);
    } else {
      skipped.add(branch);
    }
  }

  /** Pays for what a row computes and draws, or ends the branch where the budget is spent. */
  private boolean pay(
      final Branch branch, final int tokens, final boolean draws, final List<Effect> effects) {
    final int from = branch.lease == null ? 0 : branch.lease.tokens();
    final int again = Math.clamp((long) branch.everComputed - from, 0, tokens);
    final boolean ownTail = branch.tailSampled && tokens > again;
    final int prefill = tokens - (ownTail ? 1 : 0);
    final int paidDraws = draws ? branch.children : 0;
    if (!branch.group.budget.spend((long) prefill + paidDraws)) {
      state.growth.truncate(branch, dev.coppice.trajectory.StopReason.BUDGET, effects);
      return false;
    }
    branch.tree.prefilled += prefill;
    branch.tree.recomputed += again;
    branch.callPrefilled += prefill;
    state.counters.prefilled += prefill;
    state.counters.recomputed += again;
    return true;
  }

  private void addRow(final Branch branch, final int tokens, final boolean draws) {
    final int from = branch.lease.tokens();
    final int size = state.config.capacity().blockTokens();
    final int blocks = (from + tokens + size - 1) / size;
    final var forward = state.batch.forward();
    final int row = forward.addRow(from, tokens, blocks, draws ? tokens - 1 : tokens);
    for (int i = 0; i < tokens; i++) {
      forward.token(row, i, branch.path[from + i]);
    }
    for (int i = 0; i < blocks; i++) {
      forward.block(row, i, branch.lease.block(i));
    }
  }

  private void enter(final Branch branch, final int tokens, final boolean draws) {
    branch.wait = Branch.Wait.FORWARD;
    if (draws) {
      branch.mostChildren = state.policy.mostChildrenAtToken(state.pointAt(branch));
      branch.entropyFloor = state.policy.entropyFloor();
    }
    state.batch.add(branch, tokens, draws ? branch.children : 0);
  }
}
