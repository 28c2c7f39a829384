package dev.coppice.core;

import dev.coppice.episode.ActionParser;
import dev.coppice.episode.Score;
import dev.coppice.model.Draws;
import dev.coppice.model.Sampler;
import dev.coppice.trajectory.BranchDecision;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.RolloutFailure;
import dev.coppice.trajectory.StopReason;
import java.util.List;

/**
 * Grows branches: appends draws, forks, parses actions, takes in what worlds answer, ends leaves.
 *
 * @thread the engine thread.
 */
final class Growth {
  private final State state;

  Growth(final State state) {
    this.state = state;
  }

  void batchDone(final Event.BatchDone done, final List<Effect> effects) {
    state.forwardInFlight = false;
    final Batch batch = state.batch;
    if (done.policyVersion() != batch.forward().policyVersion()) {
      throw new IllegalStateException(
          "computed with other weights: planned="
              + batch.forward().policyVersion()
              + " computed="
              + done.policyVersion());
    }
    int drawRow = 0;
    for (int row = 0; row < batch.rows(); row++) {
      final Branch branch = batch.branch(row);
      commit(branch, batch.computedTokens(row));
      if (batch.prepaidDraws(row) == 0) {
        state.ready(branch);
      } else {
        drawn(branch, batch.prepaidDraws(row), done.draws(), drawRow++, effects);
      }
    }
  }

  void batchFailed(final Event.BatchFailed failed, final List<Effect> effects) {
    state.forwardInFlight = false;
    for (int row = 0; row < state.batch.rows(); row++) {
      final Branch branch = state.batch.branch(row);
      branch.group.budget.giveBack(state.batch.prepaidDraws(row));
      fail(branch, Failures.backend(failed.message()), effects);
    }
  }

  private static void commit(final Branch branch, final int tokens) {
    if (tokens > 0) {
      branch.lease.commit(branch.path, branch.lease.tokens(), tokens);
      if (branch.lease.tokens() > branch.everComputed) {
        branch.everComputed = branch.lease.tokens();
        branch.tailSampled = false;
      }
    }
  }

  private void drawn(
      final Branch branch,
      final int prepaid,
      final Draws draws,
      final int row,
      final List<Effect> effects) {
    if (draws.count(row) == 0) {
      branch.group.budget.giveBack(prepaid);
      fail(branch, Failures.notFinite(), effects);
      return;
    }
    if (branch == branch.group.claimer) {
      state.groups.promptComputed(branch);
    }
    if (branch.drawOnly || branch.parser.tokens() == 0) {
      countCall(branch, branch.length - branch.callPrefilled);
    }
    branch.drawOnly = false;
    branch.node.kvVersion = branch.tree.version();
    final int children = decide(branch, prepaid, draws, row);
    if (children > prepaid && !branch.group.budget.spend(children - prepaid)) {
      branch.group.budget.giveBack(prepaid);
      truncate(branch, StopReason.BUDGET, effects);
    } else if (children == 1) {
      if (branch.node.kind != NodeKind.ACTION) {
        branch.beginSegment();
      }
      grow(branch, draws.token(row, 0), draws.logprob(row, 0), effects);
    } else {
      fork(branch, children, draws, row, effects);
    }
  }

  private int decide(final Branch branch, final int prepaid, final Draws draws, final int row) {
    if (prepaid > 1) {
      return prepaid;
    }
    if (draws.count(row) == 1) {
      return 1;
    }
    final int wanted = state.policy.childrenAtToken(state.pointAt(branch), draws.entropy(row));
    return Math.clamp(wanted, 1, draws.count(row));
  }

  private void countCall(final Branch branch, final int cachedTokens) {
    branch.tree.cached += Math.max(0, cachedTokens);
    state.counters.cached += Math.max(0, cachedTokens);
  }

  private void fork(
      final Branch branch,
      final int children,
      final Draws draws,
      final int row,
      final List<Effect> effects) {
    branch.closeSegment();
    branch.node.branch = new BranchDecision(state.policy.name(), children, draws.entropy(row));
    final Branch[] siblings = new Branch[children];
    siblings[0] = branch;
    for (int child = 1; child < children; child++) {
      siblings[child] = bear(branch, child, effects);
    }
    for (final Branch sibling : siblings) {
      sibling.forks++;
      sibling.lastForkTurn = sibling.turn;
      sibling.children = 1;
    }
    for (int child = 0; child < children; child++) {
      siblings[child].beginSegment();
    }
    for (int child = 0; child < children; child++) {
      grow(siblings[child], draws.token(row, child), draws.logprob(row, child), effects);
    }
  }

  private Branch bear(final Branch parent, final int child, final List<Effect> effects) {
    final long key = Sampler.childKey(parent.key, parent.length, child);
    final long tag = state.policy.childTag(state.pointAt(parent), child);
    final Branch branch = parent.fork(state.nextBranch++, key, tag);
    branch.lease = parent.lease == null ? null : parent.lease.fork(parent.tree.owner);
    parent.tree.liveBranches++;
    state.branches.put(branch.id, branch);
    state.counters.forks++;
    countCall(branch, branch.length);
    effects.add(new Effect.ForkWorld(parent.id, branch.id));
    return branch;
  }

  private void grow(
      final Branch branch, final int token, final float logprob, final List<Effect> effects) {
    branch.node.append(token, logprob, branch.tree.version());
    branch.tailSampled |= branch.everComputed == branch.length;
    branch.append(token);
    branch.sampled++;
    branch.tree.decoded++;
    state.counters.decoded++;
    // The end of a sequence is no part of what was said.
    final boolean ends = token == state.tokenizer.endToken();
    final ActionParser.Signal signal =
        branch.parser.accept(ends ? "" : state.tokenizer.piece(token));
    if (signal == ActionParser.Signal.CALL) {
      call(branch, effects);
    } else if (signal == ActionParser.Signal.ANSWER) {
      score(branch, StopReason.ANSWER, branch.parser.content(), effects);
    } else if (ends) {
      score(branch, StopReason.EOS, branch.parser.contentAtEnd(), effects);
    } else if (branch.length >= state.contextTokens) {
      truncate(branch, StopReason.CONTEXT, effects);
    } else if (branch.sampled >= state.config.limits().newTokens()) {
      truncate(branch, StopReason.LENGTH, effects);
    } else {
      state.ready(branch);
    }
  }

  private void call(final Branch branch, final List<Effect> effects) {
    if (branch.calls >= state.config.limits().calls()) {
      truncate(branch, StopReason.CALLS, effects);
      return;
    }
    branch.calls++;
    final ActionParser parser = branch.parser;
    effects.add(new Effect.Call(waitForWorld(branch), parser.content(), parser.turn()));
  }

  private Event.Ticket waitForWorld(final Branch branch) {
    branch.wait = Branch.Wait.WORLD;
    return new Event.Ticket(branch.id, ++branch.sequence);
  }

  private void score(
      final Branch branch,
      final StopReason reason,
      final String answer,
      final List<Effect> effects) {
    branch.endStatus = LeafStatus.COMPLETED;
    branch.endReason = reason;
    branch.release();
    effects.add(new Effect.Score(waitForWorld(branch), answer));
  }

  /** Ends a branch at a limit; what the budget cut cannot be scored, the rest the world judges. */
  void truncate(final Branch branch, final StopReason reason, final List<Effect> effects) {
    if (reason == StopReason.BUDGET) {
      end(branch, new NodeDraft.End(LeafStatus.TRUNCATED, reason, Score.NONE, null), effects);
    } else {
      conclude(branch, LeafStatus.TRUNCATED, reason, effects);
    }
  }

  private void conclude(
      final Branch branch,
      final LeafStatus status,
      final StopReason reason,
      final List<Effect> effects) {
    branch.endStatus = status;
    branch.endReason = reason;
    branch.release();
    effects.add(new Effect.ScoreTruncated(waitForWorld(branch), reason));
  }

  void callDone(final Event.CallDone done, final List<Effect> effects) {
    final Branch branch = waiting(done.ticket());
    if (branch == null) {
      return;
    }
    branch.closeSegment();
    branch.node.madeCall = new NodeDraft.MadeCall(done.outcome());
    branch.tree.calls++;
    state.counters.calls++;
    if (done.failure() != null) {
      end(branch, NodeDraft.End.failed(done.failure()), effects);
      return;
    }
    branch.node.state = done.digest();
    branch.node.stepReward = done.stepReward();
    branch.observe(done.observation());
    if (done.over()) {
      conclude(branch, LeafStatus.COMPLETED, StopReason.ENVIRONMENT, effects);
    } else if (branch.length >= state.contextTokens) {
      truncate(branch, StopReason.CONTEXT, effects);
    } else {
      branch.children = state.policy.childrenAtTurn(state.pointAt(branch));
      state.ready(branch);
    }
  }

  void scored(final Event.Scored scored, final List<Effect> effects) {
    final Branch branch = waiting(scored.ticket());
    if (branch == null) {
      return;
    }
    end(
        branch,
        scored.failure() == null
            ? new NodeDraft.End(branch.endStatus, branch.endReason, scored.score(), null)
            : NodeDraft.End.failed(scored.failure()),
        effects);
  }

  /** Finds the branch a result is for, or null if it ended or waits for something else by now. */
  private Branch waiting(final Event.Ticket ticket) {
    final Branch branch = state.branches.get(ticket.branch());
    final boolean fits =
        branch != null && branch.wait == Branch.Wait.WORLD && branch.sequence == ticket.sequence();
    return fits ? branch : null;
  }

  void fail(final Branch branch, final RolloutFailure failure, final List<Effect> effects) {
    end(branch, NodeDraft.End.failed(failure), effects);
  }

  private void end(final Branch branch, final NodeDraft.End leaf, final List<Effect> effects) {
    branch.wait = Branch.Wait.NOTHING;
    branch.closeSegment();
    branch.node.leaf = leaf;
    branch.release();
    state.branches.remove(branch.id);
    effects.add(new Effect.CloseWorld(branch.id));
    state.groups.branchEnded(branch, effects);
  }
}
