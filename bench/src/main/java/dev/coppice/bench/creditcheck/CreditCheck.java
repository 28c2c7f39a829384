package dev.coppice.bench.creditcheck;

import dev.coppice.credit.AdvantageEstimator;
import dev.coppice.credit.GroupAdvantages;
import dev.coppice.credit.oracle.OracleCorrelation;
import dev.coppice.engine.RolloutEngine;
import dev.coppice.episode.Environment;
import dev.coppice.eventlog.EngineJournal;
import dev.coppice.model.ModelRunner;
import dev.coppice.model.Tokenizer;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.GroupRequest;
import dev.coppice.rollout.GroupResult;
import dev.coppice.scheduling.ChainPolicy;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Correlates the advantages of estimators with what the nodes are really worth.
 *
 * <p>The truth is told twice: by the solver, {@code 1} where the state can still be solved and {@code
 * 0} where not; and by the policy itself, as the mean reward of many continuations from the node. An
 * estimator's advantage of a node is compared with the step in value the node made.
 *
 * @thread one.
 */
public final class CreditCheck {
  private static final long PLACE_TIMEOUT_NS = TimeUnit.MINUTES.toNanos(30);

  private final Environment environment;
  private final Tokenizer tokenizer;
  private final ModelRunner runner;
  private final EngineConfig config;
  private final List<NodeStates> states = new ArrayList<>();
  private final List<TrajectoryGroup> groups = new ArrayList<>();

  /**
   * Makes a check.
   *
   * @param environment the traces were grown in.
   * @param tokenizer of the model.
   * @param runner of the model.
   * @param config of the engine that samples continuations; its trees per group are the number of
   *     continuations.
   */
  public CreditCheck(
      final Environment environment,
      final Tokenizer tokenizer,
      final ModelRunner runner,
      final EngineConfig config) {
    this.environment = environment;
    this.tokenizer = tokenizer;
    this.runner = runner;
    this.config = config;
  }

  /**
   * Holds the correlations of one estimator.
   *
   * @param estimator the name.
   * @param solver against the solver's values.
   * @param policy against the policy's own values.
   */
  public record Row(String estimator, OracleCorrelation solver, OracleCorrelation policy) {}

  /**
   * Adds a group of the run.
   *
   * @param group with its trees.
   */
  public void add(final TrajectoryGroup group) {
    groups.add(group);
    for (final TrajectoryTree tree : group.trees()) {
      states.add(NodeStates.replay(tree, environment, tokenizer, config.seed()));
    }
  }

  /**
   * Counts the places whose value continuations estimate.
   *
   * @return the number of turn starts in the trees added so far.
   */
  public int places() {
    int count = 0;
    for (final NodeStates state : states) {
      for (int id = 0; id < state.tree().nodes().size(); id++) {
        count += state.isTurnStart(id) ? 1 : 0;
      }
    }
    return count;
  }

  /**
   * Samples the continuations and correlates.
   *
   * @param estimators to check.
   * @return one row per estimator.
   * @throws InterruptedException if interrupted.
   */
  public List<Row> run(final List<AdvantageEstimator> estimators) throws InterruptedException {
    final List<double[]> policyValues = policyValues();
    final List<Row> rows = new ArrayList<>();
    for (final AdvantageEstimator estimator : estimators) {
      final Row row = new Row(estimator.name(), new OracleCorrelation(), new OracleCorrelation());
      int next = 0;
      for (final TrajectoryGroup group : groups) {
        final GroupAdvantages advantages = estimator.estimate(group);
        for (int tree = 0; tree < group.trees().size(); tree++) {
          row.solver().addTree(advantages, tree, states.get(next).exactValues());
          row.policy().addTree(advantages, tree, policyValues.get(next++));
        }
      }
      rows.add(row);
    }
    return rows;
  }

  private List<double[]> policyValues() throws InterruptedException {
    final List<ContinuationWorld.Place> places = new ArrayList<>();
    for (final NodeStates state : states) {
      for (int id = 0; id < state.tree().nodes().size(); id++) {
        if (state.isTurnStart(id)) {
          final String text = tokenizer.decode(state.path(id));
          places.add(new ContinuationWorld.Place(text, state.world(id)));
        }
      }
    }
    return spread(meanRewards(places));
  }

  private double[] meanRewards(final List<ContinuationWorld.Place> places)
      throws InterruptedException {
    final double[] means = new double[places.size()];
    final RolloutEngine.Parts parts =
        new RolloutEngine.Parts(
            new ContinuationWorld(environment.dialect(), places),
            tokenizer,
            runner,
            new ChainPolicy(),
            EngineJournal.NONE,
            result -> means[result.request().index()] = meanReward(result));
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
    return means;
  }

  private static double meanReward(final GroupResult result) {
    double sum = 0;
    int scored = 0;
    for (final TrajectoryTree tree : result.group().trees()) {
      for (final Leaf leaf : tree.leaves()) {
        sum += leaf.isScored() ? leaf.reward() : 0;
        scored += leaf.isScored() ? 1 : 0;
      }
    }
    return scored == 0 ? Double.NaN : sum / scored;
  }

  /** Gives a node that closed a turn the value of the observation that answered it. */
  private List<double[]> spread(final double[] means) {
    final List<double[]> values = new ArrayList<>();
    int next = 0;
    for (final NodeStates state : states) {
      final TrajectoryTree tree = state.tree();
      final double[] of = new double[tree.nodes().size()];
      Arrays.fill(of, Double.NaN);
      for (int id = 0; id < of.length; id++) {
        if (state.isTurnStart(id)) {
          of[id] = means[next++];
        } else if (tree.leafAt(id) >= 0) {
          of[id] = tree.leaves().get(tree.leafAt(id)).reward();
        }
        if (tree.node(id).kind() == NodeKind.OBSERVATION) {
          of[tree.node(id).parent()] = of[id];
        }
      }
      values.add(of);
    }
    return values;
  }

  /**
   * Sizes an engine for continuations: one place at a time, all its continuations from one prefix.
   *
   * @param base whose sampling, limits and seed are kept.
   * @param continuations per place.
   * @return the configuration.
   */
  public static EngineConfig configOf(final EngineConfig base, final int continuations) {
    final EngineConfig.Capacity capacity = base.capacity();
    return new EngineConfig(
        base.run(),
        base.seed(),
        base.sampling(),
        base.limits(),
        BudgetConfig.trees(continuations),
        new EngineConfig.Capacity(2, capacity.queuedGroups(), capacity.toolThreads()));
  }
}
