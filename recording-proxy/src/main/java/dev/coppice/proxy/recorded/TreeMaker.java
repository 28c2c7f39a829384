package dev.coppice.proxy.recorded;

import dev.coppice.proxy.recorded.PathMerge.Item;
import dev.coppice.proxy.talk.ToolUse;
import dev.coppice.rollout.GroupRequest;
import dev.coppice.rollout.GroupResult;
import dev.coppice.rollout.TreeLedger;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.Span;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes the trees of a group from the turns of its rollouts.
 *
 * <p>Rollouts whose prompts begin alike are one tree. Each path that ends has a leaf with what its
 * rollout came to; a path that its agent left - it asked again, or went on with another choice - is
 * aborted and has no reward.
 *
 * @param run the name of the run.
 * @thread any; stateless.
 */
record TreeMaker(String run) {
  /** Makes the group; it has no tree if no rollout ever got an answer. */
  GroupResult make(final RecordBook.Group group) {
    final String id = "g" + group.number;
    final RecordEvent.Began begun = group.rollouts.getFirst().begun;
    final Task task = new Task(group.task, begun.input());
    final List<TrajectoryTree> trees = new ArrayList<>();
    final List<TreeLedger> ledgers = new ArrayList<>();
    final Map<Turn, List<Item>> goingOn = goingOn(group);
    for (final List<List<Item>> families : byFirstToken(group)) {
      final PathMerge merge = new PathMerge(goingOn);
      final Draft root = merge.tree(families);
      final Making making = new Making(goingOn);
      making.add(root, -1);
      trees.add(
          new TrajectoryTree(
              new TrajectoryTree.Origin(run, id, trees.size()),
              task,
              begun.settings(),
              making.nodes,
              making.calls,
              making.leaves));
      ledgers.add(ledger(group, families, making, merge.recomputed()));
    }
    final GroupRequest request = new GroupRequest(id, group.number, group.index);
    return new GroupResult(request, new TrajectoryGroup(id, task, trees), ledgers);
  }

  /** Lists the ways on from every turn: turns that follow, and rollouts that end there. */
  private static Map<Turn, List<Item>> goingOn(final RecordBook.Group group) {
    final Map<Turn, List<Item>> ways = new HashMap<>();
    for (final Rollout rollout : group.rollouts) {
      for (final Turn turn : rollout.turns) {
        if (turn.parent != null) {
          ways.computeIfAbsent(turn.parent, parent -> new ArrayList<>())
              .add(new Item(turn, rollout));
        }
      }
    }
    for (final Rollout rollout : group.rollouts) {
      final boolean isForked = rollout.forks > 0 || rollout.origin != null;
      final Turn last = rollout.turns.isEmpty() ? rollout.forkedAt : forkPlace(group, rollout);
      if (isForked && last != null && !goesOn(ways, last, rollout)) {
        ways.computeIfAbsent(last, turn -> new ArrayList<>()).add(new Item(null, rollout));
      }
    }
    return ways;
  }

  /** Returns the last turn of a forked rollout where others go on from it, else null. */
  private static Turn forkPlace(final RecordBook.Group group, final Rollout rollout) {
    final Turn last = rollout.turns.getLast();
    return group.rollouts.stream().anyMatch(other -> other.forkedAt == last) ? last : null;
  }

  private static boolean goesOn(
      final Map<Turn, List<Item>> ways, final Turn turn, final Rollout rollout) {
    return ways.getOrDefault(turn, List.of()).stream().anyMatch(way -> way.rollout() == rollout);
  }

  /** Collects the conversations of every rollout and its forks, and joins those that begin alike. */
  private static List<List<List<Item>>> byFirstToken(final RecordBook.Group group) {
    final Map<Rollout, List<Item>> families = new LinkedHashMap<>();
    for (final Rollout rollout : group.rollouts) {
      for (final Turn turn : rollout.turns) {
        if (turn.parent == null) {
          families
              .computeIfAbsent(rollout.root(), root -> new ArrayList<>())
              .add(new Item(turn, rollout));
        }
      }
    }
    final Map<Integer, List<List<Item>>> trees = new LinkedHashMap<>();
    for (final List<Item> family : families.values()) {
      trees.computeIfAbsent(family.getFirst().given()[0], token -> new ArrayList<>()).add(family);
    }
    return List.copyOf(trees.values());
  }

  private static TreeLedger ledger(
      final RecordBook.Group group,
      final List<List<Item>> families,
      final Making making,
      final long recomputed) {
    long prefilled = 0;
    long again = recomputed;
    long cached = 0;
    long decoded = 0;
    long discarded = 0;
    long held = 0;
    for (final Rollout rollout : group.rollouts) {
      if (families.stream().anyMatch(ways -> ways.getFirst().rollout().root() == rollout.root())) {
        for (final Turn turn : rollout.turns) {
          prefilled += turn.spent().prefilled();
          again += turn.spent().recomputed();
          cached += turn.spent().cached();
          decoded += turn.event.tokens().sampled().length;
          discarded += turn.spent().discarded();
        }
        discarded += rollout.discarded;
        held += rollout.ending.heldNs();
      }
    }
    return new TreeLedger(prefilled, cached, decoded, discarded, again, making.calls.size(), held);
  }

  /** Numbers drafts in depth-first pre-order. */
  private static final class Making {
    final List<TrajectoryNode> nodes = new ArrayList<>();
    final List<ToolCall> calls = new ArrayList<>();
    final List<Leaf> leaves = new ArrayList<>();
    private final Map<Turn, List<Item>> goingOn;
    private final Map<String, Integer> callNumbers = new HashMap<>();

    Making(final Map<Turn, List<Item>> goingOn) {
      this.goingOn = goingOn;
    }

    void add(final Draft draft, final int parent) {
      final int id = nodes.size();
      if (draft.turn != null) {
        makeCalls(draft, id);
      }
      if (draft.answers != null) {
        draft.call = callNumbers.getOrDefault(draft.answers, Span.NO_CALL);
      }
      nodes.add(draft.finish(id, parent));
      if (draft.ends != null) {
        leaves.add(leaf(draft, id));
      }
      draft.children.forEach(child -> add(child, id));
    }

    private void makeCalls(final Draft draft, final int node) {
      for (final ToolUse use : draft.turn.uses) {
        for (final Item way : goingOn.getOrDefault(draft.turn, List.of())) {
          final boolean answered =
              way.turn() != null && way.turn().event.said().answered().contains(use.id());
          if (answered && !draft.calls.containsKey(use.id())) {
            final int number = calls.size();
            draft.calls.put(use.id(), number);
            callNumbers.put(use.id(), number);
            calls.add(
                new ToolCall(
                    number,
                    node,
                    use.name(),
                    use.arguments(),
                    ToolCall.Status.OK,
                    null,
                    way.turn().event.place().waitedUs(),
                    "real"));
          }
        }
      }
    }

    private Leaf leaf(final Draft draft, final int node) {
      final Ending ending = draft.ends.ending;
      final Ending.Scored own = draft.turn == null ? null : draft.turn.score;
      if (own != null && ending.failure() == null) {
        return leaf(node, draft, ending, own);
      }
      if (draft.turn != null && isLeft(draft.turn)) {
        return new Leaf(
            node, LeafStatus.ABORTED, StopReason.CANCELLED, Double.NaN, Map.of(), null, null);
      }
      return leaf(
          node,
          draft,
          ending,
          new Ending.Scored(ending.reward(), ending.components(), ending.answer()));
    }

    private static Leaf leaf(
        final int node, final Draft draft, final Ending ending, final Ending.Scored score) {
      return new Leaf(
          node,
          ending.status(),
          stop(draft, ending),
          score.reward() == null ? Double.NaN : score.reward(),
          score.components(),
          score.answer(),
          ending.failure());
    }

    private static StopReason stop(final Draft draft, final Ending ending) {
      if (ending.failure() != null) {
        return StopReason.FAILURE;
      }
      final String finish = draft.turn == null ? "" : draft.turn.event.said().finish();
      if (finish.equals("length")) {
        return StopReason.LENGTH;
      }
      final boolean isEnd = finish.equals("stop") && draft.turn.event.said().stop().isEmpty();
      return isEnd ? StopReason.EOS : StopReason.ENVIRONMENT;
    }

    /** Says whether the agent asked again, or went on with another answer to the same request. */
    private boolean isLeft(final Turn turn) {
      for (final Turn other : turn.rollout.turns) {
        final boolean same =
            other != turn
                && other.parent == turn.parent
                && java.util.Arrays.equals(other.given(), turn.given());
        if (same && (goingOn.containsKey(other) || other.request() > turn.request())) {
          return true;
        }
      }
      return false;
    }
  }
}
