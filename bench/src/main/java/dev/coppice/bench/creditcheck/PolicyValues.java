package dev.coppice.bench.creditcheck;

import dev.coppice.engine.RolloutEngine;
import dev.coppice.episode.Environment;
import dev.coppice.model.ModelRunner;
import dev.coppice.model.Tokenizer;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.GroupRequest;
import dev.coppice.scheduling.ChainPolicy;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Values the nodes of trees by the policy itself: the mean reward of many continuations.
 *
 * <p>They begin at every turn start, each path once however many trees have it. A node that closed a
 * turn has the value of the observation that answered it; one within a turn that of the continuations
 * that began as it did, where there are enough.
 *
 * @thread one.
 */
final class PolicyValues {
  private static final long PLACE_TIMEOUT_NS = TimeUnit.MINUTES.toNanos(30);

  private final Environment environment;
  private final Tokenizer tokenizer;
  private final ModelRunner runner;
  private final EngineConfig config;
  private final List<ContinuationWorld.Place> places = new ArrayList<>();
  private final Map<String, Integer> placeOfPath = new HashMap<>();

  PolicyValues(
      final Environment environment,
      final Tokenizer tokenizer,
      final ModelRunner runner,
      final EngineConfig config) {
    this.environment = environment;
    this.tokenizer = tokenizer;
    this.runner = runner;
    this.config = config;
  }

  /** Adds the turn starts of a tree. */
  void add(final NodeStates state) {
    for (int id = 0; id < state.tree().nodes().size(); id++) {
      if (state.isTurnStart(id) && placeOfPath.putIfAbsent(key(state, id), places.size()) == null) {
        places.add(new ContinuationWorld.Place(state.path(id), state.world(id)));
      }
    }
  }

  /** The same tokens of the same task led to the same world. */
  private static String key(final NodeStates state, final int id) {
    return state.tree().task().id() + Arrays.toString(state.path(id));
  }

  /** Returns the number of different turn starts. */
  int places() {
    return places.size();
  }

  /**
   * Samples the continuations and values nodes.
   *
   * @param states of trees that were added.
   * @return per tree one value per node, {@code NaN} where it is not known.
   * @throws InterruptedException if interrupted.
   */
  List<double[]> of(final List<NodeStates> states) throws InterruptedException {
    final TurnSamples[] samples = sample();
    final List<double[]> values = new ArrayList<>();
    for (final NodeStates state : states) {
      values.add(values(state, samples));
    }
    return values;
  }

  private TurnSamples[] sample() throws InterruptedException {
    final TurnSamples[] samples = new TurnSamples[places.size()];
    Arrays.setAll(samples, place -> new TurnSamples());
    final ContinuationWorld world = new ContinuationWorld(environment.dialect(), places);
    final RolloutEngine.Parts parts =
        new RolloutEngine.Parts(
            world,
            world.tokenizer(tokenizer),
            runner,
            new ChainPolicy(),
            result -> samples[result.request().index()].add(result.group()));
    try (RolloutEngine engine = RolloutEngine.start(config, parts)) {
      for (int i = 0; i < places.size(); i++) {
        while (!engine.offer(new GroupRequest("place" + i, i, i))) {
          engine.awaitRoom(PLACE_TIMEOUT_NS);
        }
      }
      if (!engine.awaitIdle(PLACE_TIMEOUT_NS)) {
        throw new IllegalStateException("the continuations did not end: places=" + places.size());
      }
    }
    return samples;
  }

  private double[] values(final NodeStates state, final TurnSamples[] samples) {
    final TrajectoryTree tree = state.tree();
    final double[] of = new double[tree.nodes().size()];
    final int[] turnStart = new int[of.length];
    for (int id = 0; id < of.length; id++) {
      turnStart[id] = state.isTurnStart(id) ? id : turnStart[tree.node(id).parent()];
      final TurnSamples turn = samples[placeOfPath.get(key(state, turnStart[id]))];
      if (turnStart[id] == id) {
        of[id] = turn.mean();
      } else if (tree.leafAt(id) >= 0) {
        of[id] = tree.leaves().get(tree.leafAt(id)).reward();
      } else {
        final int[] path = state.path(id);
        of[id] =
            turn.meanAfter(Arrays.copyOfRange(path, tree.pathLength(turnStart[id]), path.length));
      }
      if (tree.node(id).kind() == NodeKind.OBSERVATION) {
        of[tree.node(id).parent()] = of[id];
      }
    }
    return of;
  }
}
