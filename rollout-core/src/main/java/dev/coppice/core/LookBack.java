package dev.coppice.core;

import dev.coppice.draw.Copies;
import dev.coppice.draw.CounterRandom;
import dev.coppice.scheduling.BranchingPolicy;
import dev.coppice.trajectory.BranchDecision;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.StopReason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Keeps branches parked at the most uncertain tokens of a path until the path has ended.
 *
 * <p>A place where a fork may come to be is one where model, parser and world can be forked, which is
 * only while the path stands there. So the path leaves branches behind that do not sample; where a
 * more uncertain token comes, those at the least uncertain one are let go.
 *
 * @thread the engine thread.
 */
final class LookBack {
  private static final int STREAM = 0x6c62;

  private final State state;
  private final Scheduler scheduler;
  private final int positions;
  private final int children;

  /** Parked branches at one token. */
  record Place(NodeDraft head, double entropy, int position, List<Branch> parked) {}

  LookBack(final State state, final Scheduler scheduler) {
    final BranchingPolicy policy = state.world.policy();
    this.state = state;
    this.scheduler = scheduler;
    this.positions = policy.lookBackPositions();
    this.children = policy.lookBackChildren();
  }

  /** Says whether the first path of every tree is looked back on. */
  boolean isOn() {
    return positions > 0;
  }

  /** Parks branches before the token about to be appended, if it is uncertain enough so far. */
  void pass(final Branch path, final double entropy, final List<Effect> effects) {
    final List<Place> places = path.tree.places;
    final Place least =
        places.stream().min(Comparator.comparingDouble(Place::entropy)).orElse(null);
    if (places.size() == positions && entropy <= least.entropy()) {
      return;
    }
    if (places.size() == positions) {
      places.remove(least);
      least.parked().forEach(branch -> drop(branch, effects));
    }
    path.closeSegment();
    final List<Branch> parked = new ArrayList<>(children);
    for (int child = 0; child < children; child++) {
      parked.add(park(path, child, effects));
    }
    places.add(new Place(path.node, entropy, path.length(), parked));
    if (path.node.kind == NodeKind.ACTION) {
      path.beginSegment();
    }
  }

  private Branch park(final Branch path, final int child, final List<Effect> effects) {
    final long place = CounterRandom.mix(path.tree.key, STREAM + (long) path.length());
    final Copies copies = Copies.one(CounterRandom.mix(place, child));
    final Branch branch = scheduler.fork(path, copies, path.tag, effects);
    branch.wait = Branch.Wait.NOTHING;
    return branch;
  }

  /** Has the parked branches of a path that ended sample, or lets them go where it was cut. */
  void ended(final Branch path, final StopReason stop, final List<Effect> effects) {
    final List<Place> places = new ArrayList<>(path.tree.places);
    path.tree.places.clear();
    places.sort(Comparator.comparingInt(Place::position));
    final boolean isCut =
        stop == StopReason.BUDGET || stop == StopReason.FAILURE || stop == StopReason.CANCELLED;
    for (final Place place : places) {
      if (isCut) {
        place.parked().forEach(branch -> drop(branch, effects));
      } else {
        place.head().branch =
            new BranchDecision(state.world.policy().name(), 1 + children, place.entropy());
        for (final Branch branch : place.parked()) {
          branch.beginSegment(); // Now, so that siblings stand in this order whoever answers first.
          scheduler.countCall(branch, branch.length());
          scheduler.ready(branch, effects);
        }
      }
    }
  }

  private void drop(final Branch branch, final List<Effect> effects) {
    branch.released = true;
    branch.tree.liveBranches--;
    state.branches.remove(branch.id);
    effects.add(new Effect.Release(branch.id));
    effects.add(new Effect.CloseWorld(branch.id));
  }
}
