package dev.coppice.core;

import dev.coppice.allocation.GroupAllocation;
import dev.coppice.allocation.GroupOutcome;
import dev.coppice.allocation.LearningOrder;
import dev.coppice.allocation.NumberedLessons;
import dev.coppice.draw.Copies;
import dev.coppice.draw.CounterRandom;
import dev.coppice.draw.Division;
import dev.coppice.model.Work;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.GroupResult;
import dev.coppice.rollout.TreeLedger;
import dev.coppice.scheduling.BranchingPolicy;
import dev.coppice.scheduling.BudgetSplit;
import dev.coppice.trajectory.RolloutFailure;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import org.agrona.collections.Object2ObjectHashMap;

/**
 * Starts groups in order, gives each its trees within its share of the budget, and delivers it.
 *
 * @thread the engine thread.
 */
final class Groups {
  private static final int COALESCED_GROUPS = 2;

  private final State state;
  private final Scheduler scheduler;
  private final BudgetSplit split;
  private final GroupAllocation allocation;
  private final LearningOrder order;
  private final NumberedLessons<Learner> numbered;
  private final LookBack lookBack;
  private final Queue<Event> offered;
  private final Object2ObjectHashMap<String, GroupState> open = new Object2ObjectHashMap<>();
  private final List<GroupState> parked = new ArrayList<>();
  private long started;
  private boolean starting;

  Groups(final State state, final Scheduler scheduler) {
    this.state = state;
    this.scheduler = scheduler;
    this.split = new BudgetSplit(state.config.budget(), lanes(), coalesces());
    this.allocation = state.config.budget().allocation().get();
    final BranchingPolicy policy = state.world.policy();
    final boolean learns = allocation.learns() || policy.learns();
    this.lookBack = new LookBack(state, scheduler);
    this.order = new LearningOrder(lanes(), learns ? this::learn : null);
    final int behind = state.config.learnBehind();
    this.numbered =
        learns && behind != EngineConfig.BY_STARTS
            ? new NumberedLessons<>(behind, this::learner)
            : null;
    // A group that waits for lessons must not keep one waiting that comes before it.
    this.offered =
        numbered == null
            ? new ArrayDeque<>()
            : new PriorityQueue<>(Comparator.comparingInt(Groups::number));
  }

  /** Decides on groups that a fleet numbers; the world's own policy learns nothing then. */
  private static final class Learner implements NumberedLessons.Learner {
    private final GroupAllocation allocation;
    private final BranchingPolicy policy;
    private long rootTag;

    private Learner(final GroupAllocation allocation, final BranchingPolicy policy) {
      this.allocation = allocation;
      this.policy = policy;
    }

    @Override
    public void learn(final GroupOutcome outcome) {
      allocation.learn(outcome);
      policy.learn(outcome);
    }

    @Override
    public void decide(final long number) {
      rootTag = policy.rootTag(number);
    }
  }

  private Learner learner() {
    return new Learner(state.config.budget().allocation().get(), state.world.policy().anew());
  }

  private static int number(final Event offer) {
    return switch (offer) {
      case Event.GroupOffered offered -> offered.request().index();
      case Event.GroupRestored restored -> restored.request().index();
      default -> throw new IllegalStateException("not an offer");
    };
  }

  void offer(final Event.GroupOffered offer, final List<Effect> effects) {
    state.counters.groupsOffered++;
    offered.add(offer);
    startGroups(effects);
  }

  void restore(final Event.GroupRestored restored, final List<Effect> effects) {
    state.counters.groupsRestored++;
    offered.add(restored);
    startGroups(effects);
  }

  void learn(final Event.LessonTaken lesson, final List<Effect> effects) {
    if (numbered != null) {
      numbered.take(lesson.number(), lesson.outcome());
      startGroups(effects);
    }
  }

  LookBack lookBack() {
    return lookBack;
  }

  private void startGroups(final List<Effect> effects) {
    if (starting) {
      return; // A group that ended as it started; the loop below goes on by itself.
    }
    starting = true;
    while (!offered.isEmpty() && mayStart()) {
      final long place = nextPlace();
      started++;
      switch (offered.poll()) {
        case Event.GroupOffered offer -> start(new GroupState(offer), place, effects);
        case Event.GroupRestored restored -> {
          final BudgetSplit.Share share = split.start(place);
          final GroupOutcome outcome = restored.outcome();
          final long cost = outcome.computedTokens();
          state.budget.spend(Math.min(cost, state.budget.remaining()));
          split.restored(share, cost, outcome.trees().size());
          split.end(share);
          if (numbered == null) {
            order.start(place);
          }
          ended(place, outcome);
        }
        default -> throw new IllegalStateException("not an offer");
      }
    }
    starting = false;
    dealRest(effects);
  }

  private boolean coalesces() {
    return state.config.coalescing().enabled();
  }

  /** Groups whose samples share their paths have few rows: twice as many keep the model busy. */
  private int lanes() {
    final int groups = state.config.capacity().groupsInFlight();
    return coalesces() ? COALESCED_GROUPS * groups : groups;
  }

  private void learn(final GroupOutcome outcome) {
    allocation.learn(outcome);
    state.world.policy().learn(outcome);
  }

  private long nextPlace() {
    return state.config.learnBehind() == EngineConfig.BY_STARTS
        ? started
        : number(offered.peek());
  }

  private boolean mayStart() {
    final long place = nextPlace();
    return (numbered == null ? order.mayStart(place) : numbered.mayStart(place)) && hasRoom();
  }

  private void decide(final GroupState group, final long place) {
    final int task = group.request.taskIndex();
    if (numbered == null) {
      order.start(place);
      group.rootTag = state.world.policy().rootTag(place);
      group.first = allocation.open(task, place);
    } else {
      final Learner learner = numbered.start(place);
      group.rootTag = learner.rootTag;
      group.first = learner.allocation.open(task, place);
    }
  }

  private void ended(final long place, final GroupOutcome outcome) {
    if (numbered == null) {
      order.end(place, outcome);
    } else {
      numbered.take(place, outcome);
    }
  }

  /**
   * A group of coalesced samples begins with one row and gains more as they part, so groups are
   * started until there are as many rows as separate samples of two a group would have.
   */
  private boolean hasRoom() {
    if (split.isLimited()) {
      return split.mayStart(started);
    }
    final int groups = state.config.capacity().groupsInFlight();
    return open.size() < groups
        || (coalesces()
            && open.size() < lanes()
            && state.branches.size() < COALESCED_GROUPS * groups);
  }

  private void start(final GroupState group, final long place, final List<Effect> effects) {
    if (open.put(group.request.id(), group) != null) {
      throw new IllegalArgumentException("two groups of one name: id=" + group.request.id());
    }
    state.counters.groupsOpen++;
    group.budget = state.budget.child(Long.MAX_VALUE);
    group.start = place;
    decide(group, place);
    if (split.isLimited()) {
      group.share = split.start(place);
      group.beginWave(group.first.draws());
      openTreeOrEnd(group, effects);
      return;
    }
    final int wave = group.first.draws();
    group.beginWave(wave == GroupAllocation.EVERY ? state.config.budget().trees() : wave);
    openWaveOrClose(group, effects);
  }

  private void openWaveOrClose(final GroupState group, final List<Effect> effects) {
    final boolean isRefused = refusal(group) != null;
    if (isRefused ? !group.trees.isEmpty() : group.drawsToOpen() == 0) {
      close(group, effects);
    } else if (isRefused) {
      openTree(group, effects);
    } else {
      while (group.drawsToOpen() > 0) {
        openTree(group, effects);
      }
    }
  }

  private void openTreeOrEnd(final GroupState group, final List<Effect> effects) {
    if (group.refused || group.drawsToOpen() == 0) {
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
    final long key = CounterRandom.mix(groupKey, index);
    final TreeDraft tree = new TreeDraft(group, index, key, state.nextTree++);
    group.trees.add(tree);
    group.treesOpen++;
    tree.liveBranches = 1;
    final Work.Place place = new Work.Place(state.nextBranch++, tree.number, group.place());
    final Work work = new Work(place, samples(group, groupKey, index), group.prompt, state.terms);
    tree.prompt.draws = work.copies().count();
    work.prompt(true);
    final Branch root = new Branch(tree, group.rootTag, state.parser(), work);
    root.parser.nextTurn(state.endOf(group.prompt));
    root.node = tree.prompt;
    root.isLookedBackOn = lookBack.isOn();
    state.branches.put(root.id, root);
    effects.add(new Effect.StartWorld(group.place(), root.id, work.copies().key()));
    final RolloutFailure refusal = refusal(group);
    if (refusal != null) {
      end(root, NodeDraft.End.failed(refusal), effects);
      return;
    }
    root.children = state.world.policy().childrenAtTurn(scheduler.pointAt(root));
    scheduler.ready(root, effects);
  }

  /** Names the samples of a tree: each has the key it would have as a tree of its own. */
  private Copies samples(final GroupState group, final long groupKey, final int tree) {
    if (!coalesces()) {
      group.opened(1);
      return Copies.one(CounterRandom.mix(groupKey, tree));
    }
    final boolean isLimited = split.isLimited() && group.first.draws() == GroupAllocation.EVERY;
    final int count = isLimited ? state.config.budget().trees() : Math.max(1, group.drawsToOpen());
    final int first = group.opened(count);
    if (state.config.coalescing().of(group.place()) == Division.SYSTEMATIC) {
      return Copies.systematic(count, CounterRandom.mix(groupKey, tree));
    }
    final long[] keys = new long[count];
    Arrays.setAll(keys, sample -> CounterRandom.mix(groupKey, (long) first + sample));
    return Copies.independent(keys);
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

  /** Ends a branch at the leaf it came to. */
  void end(final Branch branch, final NodeDraft.End leaf, final List<Effect> effects) {
    branch.wait = Branch.Wait.NOTHING;
    branch.closeSegment();
    branch.node.leaf = leaf;
    branch.group.reward(leaf.score().reward(), branch.node.draws);
    state.branches.remove(branch.id);
    if (!branch.released) {
      branch.released = true;
      effects.add(new Effect.Release(branch.id));
    }
    effects.add(new Effect.CloseWorld(branch.id));
    if (branch.isLookedBackOn) {
      lookBack.ended(branch, leaf.stop(), effects);
    }
    if (--branch.tree.liveBranches == 0) {
      branch.group.treesOpen--;
      treeEnded(branch.tree, effects);
    } else if (coalesces()) {
      startGroups(effects); // There may be rows to spare now.
    }
  }

  private void treeEnded(final TreeDraft tree, final List<Effect> effects) {
    final GroupState group = tree.group;
    if (split.isLimited()) {
      split.treeEnded(group.share, tree.computedTokens());
      // A tree that was cut before its first token would be opened again and again.
      group.refused |= !group.hasDrawn || tree.computedTokens() == 0;
      decideMore(group);
      openTreeOrEnd(group, effects);
      dealRest(effects);
    } else if (group.treesOpen == 0) {
      decideMore(group);
      openWaveOrClose(group, effects);
    }
  }

  private void decideMore(final GroupState group) {
    if (group.drawsToOpen() == 0) {
      group.beginWave(allocation.more(group.seen()));
    }
  }

  private void close(final GroupState group, final List<Effect> effects) {
    if (split.isLimited()) {
      split.end(group.share);
    }
    final List<TrajectoryTree> trees = new ArrayList<>();
    final List<TreeLedger> ledgers = new ArrayList<>();
    final int[] numbers = new int[group.trees.size()];
    for (final TreeDraft draft : group.trees) {
      trees.add(
          draft.finish(
              state.config.run(),
              state.config.sampling(),
              state.config.coalescing().of(group.place())));
      ledgers.add(draft.ledger());
      numbers[draft.index] = draft.number;
    }
    open.remove(group.request.id());
    state.counters.groupsOpen--;
    state.counters.groupsDelivered++;
    ended(group.start, group.outcome(trees));
    final TrajectoryGroup finished =
        new TrajectoryGroup(group.request.id(), group.task, trees, group.sizing(allocation));
    final GroupResult result =
        new GroupResult(group.request, finished, ledgers, group.plan.decisionTurn());
    effects.add(new Effect.GroupDone(group.place(), numbers, result));
    startGroups(effects);
  }
}
