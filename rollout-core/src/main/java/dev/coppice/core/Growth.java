package dev.coppice.core;

import dev.coppice.draw.Copies;
import dev.coppice.episode.ActionParser;
import dev.coppice.episode.Provenance;
import dev.coppice.episode.Score;
import dev.coppice.episode.Sharing;
import dev.coppice.model.Draws;
import dev.coppice.trajectory.BranchDecision;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.StopReason;
import java.util.ArrayList;
import java.util.List;

/**
 * Grows branches: appends draws, forks, parses actions, takes in what worlds answer, ends leaves.
 *
 * @thread the engine thread.
 */
final class Growth {
  private static final int NO_TOKEN = -1;

  private final State state;
  private final Scheduler scheduler;
  private final Groups groups;
  private final Parts parts;

  Growth(final State state, final Scheduler scheduler, final Groups groups) {
    this.state = state;
    this.scheduler = scheduler;
    this.groups = groups;
    this.parts = new Parts(state.config.coalescing().enabled(), this::asksAfresh);
  }

  void drawn(final Draws draws, final List<Effect> effects) {
    for (int row = 0; row < draws.rows(); row++) {
      final Branch branch = scheduler.asking(draws, row);
      if (branch == null) {
        state.counters.lateAnswers++;
      } else if (draws.failure(row) != null) {
        scheduler.failed(branch, draws, row);
        groups.end(branch, NodeDraft.End.failed(draws.failure(row)), effects);
      } else {
        scheduler.computed(branch, draws.cached(row));
        scheduler.computedAgain(branch, draws, row);
        if (draws.count(row) > 0) {
          scheduler.answered();
          extend(branch, draws, row, effects);
        }
      }
    }
  }

  void expired(final Event.WorkExpired expired, final List<Effect> effects) {
    final Branch branch = scheduler.asking(expired.branch(), expired.ticket());
    if (branch != null) {
      scheduler.givenUp(branch);
      groups.end(branch, NodeDraft.End.failed(Failures.noAnswer(expired.waitedNs())), effects);
    }
  }

  private void extend(
      final Branch branch, final Draws draws, final int row, final List<Effect> effects) {
    branch.group.hasDrawn = true;
    branch.work.prompt(false);
    if (branch.parser.tokens() == 0) {
      scheduler.countCall(branch, branch.length() - branch.callPrefilled);
    }
    branch.node.kvVersion = draws.version(row);
    final int children = decide(branch, draws, row);
    parts.read(branch, children, draws, row);
    final int sampled = sampled(draws, row);
    if (!settle(branch, sampled, draws.isApart(row))) {
      truncate(branch, StopReason.BUDGET, effects);
      return;
    }
    discardUntaken(branch, draws, row, sampled);
    if (parts.count() > 1 || children > 1) {
      fork(branch, children, draws, row, effects);
    } else {
      if (branch.isLookedBackOn) {
        groups.lookBack().pass(branch, draws.entropy(row), effects);
      }
      if (branch.node.kind != NodeKind.ACTION) {
        branch.beginSegment();
      }
      grow(branch, draws, row, 0, effects);
    }
  }

  /** Decides how many children each sample of a branch gets. */
  private int decide(final Branch branch, final Draws draws, final int row) {
    final int each = draws.count(row) / branch.copies().count();
    if (each < branch.children) {
      throw new IllegalStateException(
          "fewer draws than asked for: draws="
              + draws.count(row)
              + " samples="
              + branch.copies().count()
              + " children="
              + branch.children);
    }
    if (branch.children > 1 || each == 1) {
      return branch.children;
    }
    final int wanted =
        state.world.policy().childrenAtToken(scheduler.pointAt(branch), draws.entropy(row));
    return Math.clamp(wanted, 1, each);
  }

  /**
   * The first token of a draw nobody uses costs nothing where all come from one distribution; a server
   * that was asked for each by itself computed each.
   */
  private int sampled(final Draws draws, final int row) {
    final int wasted = draws.wasted(row);
    return draws.isApart(row)
        ? draws.tokens(row) + wasted
        : draws.tokens(row) - draws.count(row) + parts.count() + wasted;
  }

  private void discardUntaken(
      final Branch branch, final Draws draws, final int row, final int sampled) {
    if (draws.tokens(row) == draws.count(row) && !draws.isApart(row) && draws.wasted(row) == 0) {
      return; // Draws of one token each, as the embedded model has them: all are taken.
    }
    int taken = 0;
    for (int part = 0; part < parts.count(); part++) {
      taken += parts.taken(part, draws, row);
    }
    scheduler.discardSampled(branch, sampled - taken);
  }

  /** Pays what was sampled beyond what was quoted, or gives back the rest. */
  private boolean settle(final Branch branch, final int sampled, final boolean apart) {
    final int paid = branch.paidSamples;
    branch.paidSamples = 0;
    if (sampled > paid && apart) {
      scheduler.overrun(branch, sampled - paid);
      return true;
    }
    if (sampled > paid && !branch.group.budget.spend(sampled - paid)) {
      branch.group.budget.giveBack(paid);
      return false;
    }
    if (sampled < paid) {
      branch.group.budget.giveBack(paid - sampled);
    }
    return true;
  }

  /** Has the parts of a row go on apart, where children were decided or draws differ. */
  private void fork(
      final Branch branch,
      final int children,
      final Draws draws,
      final int row,
      final List<Effect> effects) {
    branch.closeSegment();
    final boolean decided = children > 1;
    if (decided) {
      branch.node.branch =
          new BranchDecision(state.world.policy().name(), children, draws.entropy(row));
    }
    final Branch[] siblings = new Branch[parts.count()];
    siblings[0] = branch;
    for (int part = 1; part < siblings.length; part++) {
      siblings[part] = child(branch, part, effects);
    }
    branch.work.copies(parts.copies(0));
    for (final Branch sibling : siblings) {
      if (decided) {
        sibling.forks++;
        sibling.lastForkTurn = sibling.turn;
        sibling.children = 1;
      }
      sibling.beginSegment();
    }
    for (int part = 0; part < siblings.length; part++) {
      grow(siblings[part], draws, row, part, effects);
    }
  }

  private Branch child(final Branch parent, final int part, final List<Effect> effects) {
    final long tag = coalesces() ? parent.tag : childTag(parent, part);
    return child(parent, parts.copies(part), tag, effects);
  }

  private long childTag(final Branch parent, final int child) {
    return state.world.policy().childTag(scheduler.pointAt(parent), child);
  }

  private Branch child(
      final Branch parent, final Copies copies, final long tag, final List<Effect> effects) {
    final Branch branch = scheduler.fork(parent, copies, tag, effects);
    scheduler.countCall(branch, branch.length());
    return branch;
  }

  private boolean coalesces() {
    return state.config.coalescing().enabled();
  }

  /** Appends the tokens of a part up to the first that ends something. */
  private void grow(
      final Branch branch,
      final Draws draws,
      final int row,
      final int part,
      final List<Effect> effects) {
    final int start = draws.start(row, parts.rowDraw(part));
    final int end = start + parts.taken(part, draws, row);
    final int version = draws.version(row);
    boolean goesOn = true;
    int next = start;
    while (goesOn && next < end) {
      if (next > start) {
        // Whoever sampled this token had computed the one before it.
        branch.everComputed = branch.length();
      }
      branch.node.append(draws.tokenAt(next), draws.logprobAt(next), version);
      if (draws.keptAt(next) != null) {
        branch.node.keep(draws.keptAt(next));
      }
      goesOn = append(branch, draws.tokenAt(next++), effects);
      if (goesOn && branch.parser.isOverthinking()) {
        goesOn = closeThoughts(branch, effects);
        break; // What the answer holds beyond was sampled behind thoughts that went on.
      }
    }
    if (next < end) {
      scheduler.discardSampled(branch, end - next);
    }
    if (goesOn) {
      scheduler.ready(branch, effects);
    }
  }

  /** Writes the mark that closes thoughts in the model's place; false if the branch ends there. */
  private boolean closeThoughts(final Branch branch, final List<Effect> effects) {
    branch.closeSegment();
    for (final int token : state.forced) {
      branch.parser.accept(state.world.tokenizer().piece(token));
    }
    branch.force(state.forced);
    return !reachedLimit(branch, effects);
  }

  /** Appends a token; false if the branch goes on no further now. */
  private boolean append(final Branch branch, final int token, final List<Effect> effects) {
    branch.tailSampled |= branch.everComputed == branch.length();
    branch.work.append(token);
    branch.sampled++;
    branch.tree.decoded++;
    state.counters.decoded++;
    // The end of a sequence is no part of what was said.
    final boolean ends = state.world.tokenizer().isEnd(token);
    final ActionParser.Signal signal =
        branch.parser.accept(ends ? "" : state.world.tokenizer().piece(token));
    if (signal == ActionParser.Signal.CALL || calls(branch, signal, ends)) {
      call(branch, ends ? token : NO_TOKEN, effects);
    } else if (signal == ActionParser.Signal.ANSWER) {
      score(branch, StopReason.ANSWER, branch.parser.content(), effects);
    } else if (signal == ActionParser.Signal.STOP) {
      end(branch, StopReason.STOP, "", effects);
    } else if (ends) {
      end(branch, StopReason.EOS, state.world.tokenizer().decode(new int[] {token}), effects);
    } else {
      return !reachedLimit(branch, effects);
    }
    return false;
  }

  private boolean reachedLimit(final Branch branch, final List<Effect> effects) {
    if (branch.length() >= state.contextTokens) {
      truncate(branch, StopReason.CONTEXT, effects);
    } else if (branch.sampled >= state.config.limits().newTokens()) {
      truncate(branch, StopReason.LENGTH, effects);
    } else if (branch.parser.isFullAfter(0)) {
      truncate(branch, StopReason.TURN, effects);
    } else {
      return false;
    }
    return true;
  }

  /** Tells whether the end of the sequence ends calls, of which the last may still be open. */
  private static boolean calls(
      final Branch branch, final ActionParser.Signal signal, final boolean ends) {
    return ends && signal == ActionParser.Signal.NONE && branch.parser.endsCalls();
  }

  private void call(final Branch branch, final int end, final List<Effect> effects) {
    final ActionParser parser = branch.parser;
    final List<String> texts = parser.contents();
    if (branch.calls + texts.size() > state.config.limits().calls()) {
      truncate(branch, StopReason.CALLS, effects);
      return;
    }
    branch.calls += texts.size();
    String turn = parser.turn();
    String missing = "";
    if (end != NO_TOKEN) {
      turn += state.world.tokenizer().decode(new int[] {end});
    } else if (parser.overrun() > 0 && branch.node.length() > 1) {
      missing = parser.lastOfCall();
      turn = parser.turnOfCalls();
      takeBack(branch);
    }
    effects.add(new Effect.Call(waitForWorld(branch), texts, turn, missing));
  }

  /**
   * Takes back a token that runs past the end of a call: the model would read the rest of it between
   * its call and the answer. What it wrote of the call is given before the answer instead.
   */
  private void takeBack(final Branch branch) {
    branch.work.removeLast();
    branch.node.removeLast();
    branch.tailSampled = false;
    branch.tree.decoded--;
    state.counters.decoded--;
    state.counters.takenBack++;
    scheduler.discardSampled(branch, 1);
  }

  /** Takes a turn that ended without a call: the final answer, or what is said to an environment. */
  private void end(
      final Branch branch, final StopReason reason, final String end, final List<Effect> effects) {
    if (branch.parser.atEnd() == ActionParser.Signal.ANSWER) {
      score(branch, reason, branch.parser.contentAtEnd(), effects);
    } else if (branch.calls >= state.config.limits().calls()) {
      truncate(branch, StopReason.CALLS, effects);
    } else {
      branch.calls++;
      effects.add(new Effect.Say(waitForWorld(branch), branch.parser.turn(), end));
    }
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
    release(branch, effects);
    effects.add(new Effect.Score(waitForWorld(branch), answer));
  }

  /** Ends a branch whose quote the budget cannot pay. */
  void declined(final Branch branch, final List<Effect> effects) {
    scheduler.answered();
    truncate(branch, StopReason.BUDGET, effects);
  }

  /** Ends a branch at a limit; what the budget cut cannot be scored, the rest the world judges. */
  private void truncate(final Branch branch, final StopReason reason, final List<Effect> effects) {
    if (reason == StopReason.BUDGET) {
      groups.end(
          branch, new NodeDraft.End(LeafStatus.TRUNCATED, reason, Score.NONE, null), effects);
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
    release(branch, effects);
    effects.add(new Effect.ScoreTruncated(waitForWorld(branch), reason));
  }

  void callDone(final Event.CallDone done, final List<Effect> effects) {
    final Branch branch = waiting(done.ticket());
    if (branch == null) {
      return;
    }
    branch.closeSegment();
    branch.node.outcomes = done.outcomes();
    for (final Event.CallOutcome outcome : done.outcomes()) {
      branch.node.simulated |= outcome.provenance() == Provenance.SIMULATED;
      branch.tree.calls++;
      state.counters.calls++;
    }
    if (done.failure() != null) {
      groups.end(branch, NodeDraft.End.failed(done.failure()), effects);
      return;
    }
    branch.node.state = done.digest();
    branch.node.stepReward = done.stepReward();
    final boolean isFull = branch.length() + done.observation().length >= state.contextTokens;
    if ((done.over() || isFull) && !state.world.sharing().sharesScore()) {
      separate(branch, effects).forEach(sample -> observe(sample, done, effects));
    } else {
      observe(branch, done, effects);
    }
  }

  private void observe(final Branch branch, final Event.CallDone done, final List<Effect> effects) {
    branch.observe(done.observation(), state.endOf(done.observation()));
    if (done.over()) {
      conclude(branch, LeafStatus.COMPLETED, StopReason.ENVIRONMENT, effects);
    } else if (branch.length() >= state.contextTokens) {
      truncate(branch, StopReason.CONTEXT, effects);
    } else {
      branch.children = state.world.policy().childrenAtTurn(scheduler.pointAt(branch));
      scheduler.ready(branch, effects);
    }
  }

  /** Gives every sample of a branch one of its own. */
  private List<Branch> separate(final Branch branch, final List<Effect> effects) {
    final Copies all = branch.copies();
    final List<Branch> samples = new ArrayList<>(all.count());
    samples.add(branch);
    for (int sample = 1; sample < all.count(); sample++) {
      samples.add(child(branch, alone(all, sample, branch), branch.tag, effects));
    }
    branch.work.copies(alone(all, 0, branch));
    return samples;
  }

  private static Copies alone(final Copies all, final int sample, final Branch branch) {
    return all.apart(new int[] {sample}, 1, branch.length(), sample);
  }

  /** Tells whether a token ends something that each sample draws an answer to for itself. */
  private boolean asksAfresh(final Branch branch, final int token) {
    final Sharing sharing = state.world.sharing();
    if (sharing.sharesAll()) {
      return false;
    }
    final boolean ends = state.world.tokenizer().isEnd(token);
    final ActionParser parser = branch.parser.fork();
    final ActionParser.Signal signal =
        parser.accept(ends ? "" : state.world.tokenizer().piece(token));
    final boolean calls =
        signal == ActionParser.Signal.CALL
            || ends && signal == ActionParser.Signal.NONE && parser.endsCalls();
    final List<String> texts = calls ? parser.contents() : List.of();
    if (calls && branch.calls + texts.size() <= state.config.limits().calls()) {
      return !texts.stream().allMatch(sharing::sharesCall);
    }
    final boolean isOver = signal == ActionParser.Signal.STOP || ends;
    if (isOver && signal != ActionParser.Signal.CALL && says(branch, parser)) {
      return !sharing.sharesTurn();
    }
    final int added = 1 + (parser.isOverthinking() ? state.forced.length : 0);
    final boolean isLast =
        branch.length() + added >= state.contextTokens
            || branch.sampled + 1 >= state.config.limits().newTokens()
            || parser.isFullAfter(added - 1);
    return (signal != ActionParser.Signal.NONE || ends || isLast) && !sharing.sharesScore();
  }

  private boolean says(final Branch branch, final ActionParser parser) {
    return parser.atEnd() == ActionParser.Signal.SAID
        && branch.calls < state.config.limits().calls();
  }

  void scored(final Event.Scored scored, final List<Effect> effects) {
    final Branch branch = waiting(scored.ticket());
    if (branch == null) {
      return;
    }
    groups.end(
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

  /** Says that a branch asks the model for no more; the world goes on judging it. */
  private static void release(final Branch branch, final List<Effect> effects) {
    branch.released = true;
    effects.add(new Effect.Release(branch.id));
  }
}
