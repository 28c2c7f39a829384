package dev.coppice.core;

import dev.coppice.episode.ActionParser;
import dev.coppice.kvcache.PrefixLease;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.GroupResult;
import dev.coppice.rollout.TreeLedger;
import dev.coppice.scheduling.BudgetSplit;
import dev.coppice.trajectory.CounterRandom;
import dev.coppice.trajectory.RolloutFailure;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.agrona.collections.Object2ObjectHashMap;

/**
 * Starts groups in order, gives each its trees within its share of the budget, and delivers it.
 *
 * @thread the engine thread.
 */
final class GroupBook {
  private final State state;
  private final BudgetSplit split;
  private final ArrayDeque<Event> offered = new ArrayDeque<>();
  private final Object2ObjectHashMap<String, GroupState> open = new Object2ObjectHashMap<>();
  private final List<GroupState> parked = new ArrayList<>();
  private long started;

  GroupBook(final State state) {
    this.state = state;
    this.split = new BudgetSplit(state.config.budget(), state.config.capacity().groupsInFlight());
  }

  void offer(final Event.GroupOffered offer, final List<Effect> effects) {
    state.counters.groupsOffered++;
    offered.add(offer);
    startGroups(effects);
  }

  void restore(final Event.GroupRestored restored, final List<Effect> effects) {
    offered.add(restored);
    startGroups(effects);
  }

  private void startGroups(final List<Effect> effects) {
    while (!offered.isEmpty() && mayStart()) {
      final long place = started++;
      switch (offered.poll()) {
        case Event.GroupOffered offer -> start(new GroupState(offer), place, effects);
        case Event.GroupRestored restored -> {
          final BudgetSplit.Share share = split.start(place);
          final long cost = restored.computedTokens();
          state.budget.spend(Math.min(cost, state.budget.remaining()));
          split.restored(share, cost, restored.trees());
          split.end(share);
        }
        default -> throw new IllegalStateException("not an offer");
      }
    }
    dealRest(effects);
  }

  private boolean mayStart() {
    return split.isLimited()
        ? split.mayStart(started)
        : open.size() < state.config.capacity().groupsInFlight();
  }

  private void start(final GroupState group, final long place, final List<Effect> effects) {
    if (open.put(group.request.id(), group) != null) {
      throw new IllegalArgumentException("two groups of one name: id=" + group.request.id());
    }
    state.counters.groupsOpen++;
    group.budget = state.budget.child(Long.MAX_VALUE);
    if (split.isLimited()) {
      group.share = split.start(place);
      openTreeOrEnd(group, effects);
      return;
    }
    final int trees = refusal(group) == null ? state.config.budget().trees() : 1;
    for (int i = 0; i < trees; i++) {
      openTree(group, effects);
    }
  }

  private void openTreeOrEnd(final GroupState group, final List<Effect> effects) {
    if (group.refused) {
      close(group, effects);
    } else if (group.share.isLast()) {
      parked.add(group);
    } else if (group.share.allowsTree() && state.budget.remaining() > 0) {
      openTree(group, effects);
    } else {
      close(group, effects);
    }
  }

  /** Deals what is left of the budget once every group has ended or waits for it. */
  private void dealRest(final List<Effect> effects) {
    final boolean quiet = open.size() == parked.size() && offered.isEmpty();
    if (parked.isEmpty() || !quiet || started < state.config.budget().groups()) {
      return;
    }
    parked.sort(
        Comparator.comparingInt((GroupState group) -> group.trees.size())
            .thenComparingInt(GroupState::place));
    final int affordable = split.affordableTrees(parked.size());
    final List<GroupState> chosen = List.copyOf(parked.subList(0, affordable));
    final List<GroupState> rest = List.copyOf(parked.subList(affordable, parked.size()));
    if (affordable > 0) {
      parked.removeAll(chosen);
      chosen.forEach(group -> openTree(group, effects));
    } else {
      parked.clear();
      rest.forEach(group -> close(group, effects));
    }
  }

  private void openTree(final GroupState group, final List<Effect> effects) {
    final int index = group.trees.size();
    final long groupKey = CounterRandom.mix(state.config.seed(), group.request.index());
    final TreeDraft tree =
        new TreeDraft(group, index, CounterRandom.mix(groupKey, index), state.nextOwner++);
    state.treeOfOwner.put(tree.owner, tree);
    group.trees.add(tree);
    group.treesOpen++;
    state.versions.opened(tree);
    tree.liveBranches = 1;
    final Branch root = new Branch(state.nextBranch++, tree, 0L, new ActionParser(state.dialect));
    root.node = tree.prompt;
    root.path = group.prompt.clone();
    root.length = group.prompt.length;
    state.branches.put(root.id, root);
    effects.add(new Effect.StartWorld(group.place(), root.id));
    final RolloutFailure refusal = refusal(group);
    if (refusal != null) {
      state.growth.fail(root, refusal, effects);
      return;
    }
    root.children = state.policy.childrenAtTurn(state.pointAt(root));
    placeRoot(root);
  }

  private RolloutFailure refusal(final GroupState group) {
    if (group.failure != null) {
      return group.failure;
    }
    if (group.prompt.length == 0) {
      return Failures.emptyPrompt();
    }
    return group.prompt.length < state.contextTokens
        ? null
        : Failures.promptTooLong(group.prompt.length, state.contextTokens);
  }

  private void placeRoot(final Branch root) {
    final GroupState group = root.group;
    if (group.promptComputed) {
      drawFromPrompt(root);
    } else if (group.claimer != null) {
      root.wait = Branch.Wait.PROMPT;
      group.waitingForPrompt.add(root);
    } else {
      group.claimer = root;
      state.ready(root);
    }
  }

  private void drawFromPrompt(final Branch root) {
    final GroupState group = root.group;
    root.drawOnly = true;
    root.everComputed = root.length;
    root.tree.prompt.cachedTokens = root.length;
    root.lease = group.promptLease == null ? null : group.promptLease.fork(root.tree.owner);
    state.ready(root);
  }

  /** Keeps the prompt's keys and values for the other trees of the group, and lets them go on. */
  void promptComputed(final Branch first) {
    final GroupState group = first.group;
    group.promptComputed = true;
    group.promptEverComputed = true;
    group.claimer = null;
    final BudgetConfig budget = state.config.budget();
    if (budget.isLimited() || budget.trees() > 1) {
      group.promptLease = first.lease.fork(first.tree.owner);
    }
    for (final Branch waiting : group.waitingForPrompt) {
      drawFromPrompt(waiting);
    }
    group.waitingForPrompt.clear();
  }

  /**
   * Has every group compute its prompt again, with the newest weights. Roots that have drawn nothing
   * come to the newest weights with it; one that has computed part of its prompt under weights it is
   * to end on goes on, but for itself alone.
   */
  void renewPrompts() {
    final List<Branch> roots = new ArrayList<>();
    for (final Branch branch : state.branches.values()) {
      final boolean claims = branch == branch.group.claimer;
      if (claims || branch.drawOnly || branch.wait == Branch.Wait.PROMPT) {
        roots.add(branch);
      }
    }
    // What was computed of a prompt is booked on the tree that did, so that tree computes it again.
    roots.sort(
        Comparator.comparing((Branch root) -> !begun(root)).thenComparingInt(root -> root.id));
    for (final GroupState group : open.values()) {
      group.promptComputed = false;
      group.claimer = null;
      group.waitingForPrompt.clear();
      if (group.promptLease != null) {
        group.promptLease.close();
        group.promptLease = null;
      }
    }
    roots.forEach(this::renewRoot);
  }

  private static boolean begun(final Branch root) {
    return !root.drawOnly && root.everComputed > 0;
  }

  private void renewRoot(final Branch root) {
    final boolean begun = begun(root);
    if (begun && root.tree.version() != state.versions.newest()) {
      return;
    }
    if (!begun) {
      root.everComputed = 0;
      root.tree.prompt.cachedTokens = 0;
    }
    root.drawOnly = false;
    root.release();
    state.versions.move(root.tree);
    state.ready.remove(root);
    placeRoot(root);
  }

  /** Returns the first tree of the oldest open group, or null. */
  TreeDraft oldestTree() {
    TreeDraft oldest = null;
    for (final GroupState group : open.values()) {
      final TreeDraft first = group.trees.isEmpty() ? null : group.trees.getFirst();
      if (first != null && (oldest == null || first.owner < oldest.owner)) {
        oldest = first;
      }
    }
    return oldest;
  }

  /** Gives up the kept prompt of one group for want of blocks; false if there is none. */
  boolean dropPromptLease() {
    for (final GroupState group : open.values()) {
      final PrefixLease lease = group.promptLease;
      if (lease != null) {
        group.promptLease = null;
        lease.close();
        return true;
      }
    }
    return false;
  }

  void branchEnded(final Branch branch, final List<Effect> effects) {
    final GroupState group = branch.group;
    if (branch == group.claimer) {
      group.claimer =
          group.waitingForPrompt.isEmpty() ? null : group.waitingForPrompt.removeFirst();
      if (group.claimer != null) {
        state.ready(group.claimer);
      }
    }
    if (--branch.tree.liveBranches == 0) {
      group.treesOpen--;
      treeEnded(branch.tree, effects);
    }
  }

  private void treeEnded(final TreeDraft tree, final List<Effect> effects) {
    final GroupState group = tree.group;
    state.versions.ended(tree, effects);
    if (split.isLimited()) {
      split.treeEnded(group.share, tree.computedTokens());
      // A tree that was cut before its first token would be opened again and again.
      group.refused |= !group.promptEverComputed || tree.computedTokens() == 0;
      openTreeOrEnd(group, effects);
      dealRest(effects);
    } else if (group.treesOpen == 0) {
      close(group, effects);
    }
  }

  private void close(final GroupState group, final List<Effect> effects) {
    if (group.promptLease != null) {
      group.promptLease.close();
      group.promptLease = null;
    }
    if (split.isLimited()) {
      split.end(group.share);
    }
    final List<TrajectoryTree> trees = new ArrayList<>();
    final List<TreeLedger> ledgers = new ArrayList<>();
    for (final TreeDraft draft : group.trees) {
      trees.add(draft.finish(state.config.run(), state.config.sampling()));
      ledgers.add(draft.ledger());
      state.treeOfOwner.remove(draft.owner);
    }
    open.remove(group.request.id());
    state.counters.groupsOpen--;
    state.counters.groupsDelivered++;
    final TrajectoryGroup finished = new TrajectoryGroup(group.request.id(), group.task, trees);
    effects.add(
        new Effect.GroupDone(group.place(), new GroupResult(group.request, finished, ledgers)));
    startGroups(effects);
  }
}
