package dev.coppice.core;

import dev.coppice.model.Draws;
import dev.coppice.model.Quotes;
import dev.coppice.model.Work;
import dev.coppice.scheduling.BranchPoint;
import dev.coppice.scheduling.BranchingPolicy;
import dev.coppice.trajectory.NodeKind;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Decides who samples next: hands branches to the model while it has room, oldest first, and pays
 * for what it quotes as long as the budget lasts.
 *
 * <p>The tokens of an answer are paid before they are computed. What was paid for an answer that
 * never comes, or that comes and is of no use, is booked as discarded.
 *
 * @thread the engine thread.
 */
final class Scheduler {
  private final State state;
  private final BranchingPolicy policy;
  private final BranchPoint point = new BranchPoint();
  private final PriorityQueue<Branch> waiting =
      new PriorityQueue<>(Comparator.comparingInt(branch -> branch.id));

  Scheduler(final State state) {
    this.state = state;
    this.policy = state.world.policy();
  }

  /** Has a branch sample as soon as the model has room for it. */
  void ready(final Branch branch, final List<Effect> effects) {
    branch.wait = Branch.Wait.SAMPLING;
    if (state.inFlight < state.mostWork) {
      submit(branch, effects);
    } else {
      waiting.add(branch);
    }
  }

  /** Hands over the branches that waited for room. */
  void fillRoom(final List<Effect> effects) {
    while (!waiting.isEmpty() && state.inFlight < state.mostWork) {
      submit(waiting.poll(), effects);
    }
  }

  private void submit(final Branch branch, final List<Effect> effects) {
    state.inFlight++;
    branch.paidSamples = 0;
    branch.paidPrefill = 0;
    branch.paidAgain = 0;
    branch.paidExtra = 0;
    final int most =
        Math.min(
            Math.min(
                state.config.limits().newTokens() - branch.sampled, branch.parser.tokensLeft()),
            state.contextTokens - branch.length());
    final BranchPoint here = pointAt(branch);
    if (branch.children == 1) {
      branch.children = policy.childrenBeforeToken(here);
    }
    // A call may end with the last token allowed: the turn after it then gets one more.
    final int asked = Math.min(Math.max(1, most), policy.tokensToNextPlace(here));
    branch.work.ask(tokensAsked(branch, asked), branch.children);
    if (branch.children == 1) {
      final int children = policy.mostChildrenAtToken(here);
      if (children > 1) {
        branch.work.askMoreAt(children, policy.entropyFloor(here));
      }
    }
    effects.add(branch.sample);
  }

  /** Samples that share a path look at every token, for they may part there. */
  private int tokensAsked(final Branch branch, final int most) {
    if (!state.config.coalescing().enabled()) {
      return most;
    }
    final boolean several =
        branch.copies().count() > 1
            || branch.children > 1
            || policy.entropyFloor() != Double.POSITIVE_INFINITY;
    return several ? 1 : most;
  }

  /** Shows the policy where a branch stands. */
  BranchPoint pointAt(final Branch branch) {
    return point
        .atTree(branch.tree.key, branch.group.plan.decisionTurn(), branch.group.plan.typicalTurns())
        .atToken(branch.tag, branch.turn, branch.parser.tokens())
        .afterForks(branch.forks, branch.lastForkTurn)
        .afterText(branch.sampled, branch.sentenceEnd);
  }

  /** Finds the branch a quote is for, or null if it asks for something else by now. */
  Branch asking(final Quotes quotes, final int row) {
    final Work work = quotes.work(row);
    return work == null
        ? asking(quotes.branch(row), quotes.ticket(row))
        : stillAsking((Branch) work.asker(), quotes.ticket(row));
  }

  /** Finds the branch an answer is for, or null if it asks for something else by now. */
  Branch asking(final Draws draws, final int row) {
    final Work work = draws.work(row);
    return work == null
        ? asking(draws.branch(row), draws.ticket(row))
        : stillAsking((Branch) work.asker(), draws.ticket(row));
  }

  /** Finds a branch by its number, or null if it asks for something else by now. */
  Branch asking(final int id, final int ticket) {
    final Branch branch = state.branches.get(id);
    return branch == null ? null : stillAsking(branch, ticket);
  }

  private static Branch stillAsking(final Branch branch, final int ticket) {
    final boolean fits =
        branch.wait == Branch.Wait.SAMPLING && branch.work.ticket() == ticket && !branch.released;
    return fits ? branch : null;
  }

  /** Pays a quote; false where the budget does not have that much left. */
  boolean pay(final Branch branch, final Quotes quotes, final int row) {
    final int cached = quotes.cached(row);
    final int computes = quotes.computes(row);
    if (cached > branch.everComputed) {
      foundMore(branch, cached);
    }
    final int again = Math.clamp((long) branch.everComputed - cached, 0, computes);
    final int prefill = prefill(branch, computes, again);
    final int extra = quotes.again(row);
    if (!branch.group.budget.spend((long) prefill + quotes.samples(row) + extra)) {
      return false;
    }
    branch.paidExtra = extra;
    branch.paidCached = cached;
    branch.paidComputes = computes;
    branch.paidPrefill = prefill;
    branch.paidAgain = again;
    branch.paidSamples = quotes.samples(row);
    bookPrefill(branch, prefill, again);
    return true;
  }

  /** The last sampled token is paid as sampled: its keys and values cost nothing more. */
  private static int prefill(final Branch branch, final int computes, final int again) {
    final boolean ownTail = branch.tailSampled && computes > again;
    return computes - (ownTail ? 1 : 0);
  }

  private void bookPrefill(final Branch branch, final int prefill, final int again) {
    branch.tree.prefilled += prefill;
    branch.tree.recomputed += again;
    branch.callPrefilled += prefill;
    state.counters.prefilled += prefill;
    state.counters.recomputed += again;
  }

  /**
   * Books tokens this path never computed itself: another path of equal tokens did. The first of them
   * may be the last token of a turn, which was sampled here and whose keys and values were found.
   */
  private static void foundMore(final Branch branch, final int cached) {
    final int found = cached - branch.everComputed;
    final boolean given = branch.node.kind != NodeKind.ACTION;
    if (branch.tailSampled) {
      (given ? branch.node.parent : branch.node).cachedTokens++;
    }
    if (given) {
      branch.node.cachedTokens += found - (branch.tailSampled ? 1 : 0);
    }
    branch.everComputed = cached;
    branch.tailSampled = false;
  }

  /** Books what was computed of a path; the runner may have found more than it quoted. */
  void computed(final Branch branch, final int cached) {
    if (cached != Draws.AS_QUOTED && cached > branch.paidCached) {
      settle(branch, cached);
    }
    final int end = branch.paidCached + branch.paidComputes;
    if (end > branch.everComputed) {
      branch.everComputed = end;
      branch.tailSampled = false;
    }
    branch.paidPrefill = 0;
    branch.paidAgain = 0;
  }

  private void settle(final Branch branch, final int cached) {
    final int end = branch.paidCached + branch.paidComputes;
    if (cached > end) {
      throw new IllegalStateException(
          "more found than the path has: cached=" + cached + " path=" + end);
    }
    bookPrefill(branch, -branch.paidPrefill, -branch.paidAgain);
    if (cached > branch.everComputed) {
      foundMore(branch, cached);
    }
    final int computes = end - cached;
    final int again = Math.clamp((long) branch.everComputed - cached, 0, computes);
    final int prefill = prefill(branch, computes, again);
    branch.group.budget.giveBack((long) branch.paidPrefill - prefill);
    branch.paidCached = cached;
    branch.paidComputes = computes;
    branch.paidPrefill = prefill;
    branch.paidAgain = again;
    bookPrefill(branch, prefill, again);
  }

  /** Books what of the path was computed once more: for draws of their own, or because it was lost. */
  void computedAgain(final Branch branch, final Draws draws, final int row) {
    final int again = draws.again(row);
    if (again > 0 || branch.paidExtra > 0) {
      settleExtra(branch, again);
      bookPrefill(branch, again, again);
    }
  }

  private void settleExtra(final Branch branch, final int used) {
    final int paid = branch.paidExtra;
    branch.paidExtra = 0;
    if (used > paid) {
      overrun(branch, used - paid);
    } else {
      branch.group.budget.giveBack((long) paid - used);
    }
  }

  /** Books what nobody had reserved: it is computed, so it counts. */
  void overrun(final Branch branch, final int tokens) {
    state.counters.overrun += branch.group.budget.book(tokens);
  }

  /** Takes an answer as the end of the work; the branch samples no more until it is ready again. */
  void answered() {
    state.inFlight--;
  }

  /** Books what was computed for nothing, because the work failed. */
  void failed(final Branch branch, final Draws draws, final int row) {
    final int again = draws.again(row);
    final int wasted = draws.wasted(row);
    settleExtra(branch, again);
    if (wasted > branch.paidSamples) {
      overrun(branch, wasted - branch.paidSamples);
    } else {
      branch.group.budget.giveBack((long) branch.paidSamples - wasted);
    }
    discardSampled(branch, again + wasted);
    branch.paidSamples = 0;
    discard(branch);
  }

  /** Books everything paid for work whose answer is not waited for any more. */
  void givenUp(final Branch branch) {
    discardSampled(branch, branch.paidSamples + branch.paidExtra);
    branch.paidSamples = 0;
    branch.paidExtra = 0;
    discard(branch);
  }

  private void discard(final Branch branch) {
    branch.tree.discarded += branch.paidPrefill;
    state.counters.discarded += branch.paidPrefill;
    bookPrefill(branch, -branch.paidPrefill, -branch.paidAgain);
    branch.paidPrefill = 0;
    branch.paidAgain = 0;
    answered();
  }

  /** Books tokens that were computed for nothing, such as those beyond the end of what was asked for. */
  void discardSampled(final Branch branch, final int tokens) {
    branch.tree.discarded += tokens;
    state.counters.discarded += tokens;
  }

  /** The number of branches that wait for room. */
  int waiting() {
    return waiting.size();
  }
}
