package dev.coppice.bench.creditcheck;

import dev.coppice.credit.AdvantageEstimator;
import dev.coppice.credit.GroupAdvantages;
import dev.coppice.credit.oracle.OracleCorrelation;
import dev.coppice.episode.Environment;
import dev.coppice.model.ModelRunner;
import dev.coppice.model.Tokenizer;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.List;

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

  private final PolicyValues policyValues;
  private final Environment environment;
  private final Tokenizer tokenizer;
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
    this.config = config;
    this.policyValues = new PolicyValues(environment, tokenizer, runner, config);
  }

  /**
   * Holds the correlations of one estimator.
   *
   * @param estimator the name.
   * @param solver against the solver's values.
   * @param policy against the policy's own values.
   * @param all the same with its error over tasks.
   * @param forked of them the nodes that have siblings, so that something contrasts them.
   * @param alone of them the nodes of turns that never forked.
   */
  public record Row(
      String estimator,
      OracleCorrelation solver,
      OracleCorrelation policy,
      GroupedCorrelation all,
      GroupedCorrelation forked,
      GroupedCorrelation alone) {
    Row(final String estimator) {
      this(
          estimator,
          new OracleCorrelation(),
          new OracleCorrelation(),
          new GroupedCorrelation(),
          new GroupedCorrelation(),
          new GroupedCorrelation());
    }

    void begin(final String task) {
      all.begin(task);
      forked.begin(task);
      alone.begin(task);
    }

    void addTree(final GroupAdvantages advantages, final int tree, final double[] values) {
      policy.addTree(advantages, tree, values);
      final TrajectoryTree source = advantages.group().trees().get(tree);
      for (int id = 1; id < values.length; id++) {
        if (source.node(id).kind().isSampled()) {
          final int parent = source.node(id).parent();
          final double advantage = advantages.nodeValue(tree, id);
          final double step = values[id] - values[parent];
          all.add(advantage, step);
          (source.childCount(parent) > 1 ? forked : alone).add(advantage, step);
        }
      }
    }
  }

  /**
   * Adds a group of the run.
   *
   * @param group with its trees.
   */
  public void add(final TrajectoryGroup group) {
    groups.add(group);
    for (final TrajectoryTree tree : group.trees()) {
      final NodeStates state = NodeStates.replay(tree, environment, tokenizer, config.seed());
      states.add(state);
      policyValues.add(state);
    }
  }

  /**
   * Counts the places whose value continuations estimate.
   *
   * @return the number of different turn starts in the trees added so far.
   */
  public int places() {
    return policyValues.places();
  }

  /**
   * Samples the continuations and correlates.
   *
   * @param estimators to check.
   * @return one row per estimator.
   * @throws InterruptedException if interrupted.
   */
  public List<Row> run(final List<AdvantageEstimator> estimators) throws InterruptedException {
    final List<double[]> values = policyValues.of(states);
    final List<Row> rows = new ArrayList<>();
    for (final AdvantageEstimator estimator : estimators) {
      final Row row = new Row(estimator.name());
      int next = 0;
      for (final TrajectoryGroup group : groups) {
        final GroupAdvantages advantages = estimator.estimate(group);
        row.begin(group.task().id());
        for (int tree = 0; tree < group.trees().size(); tree++) {
          row.solver().addTree(advantages, tree, states.get(next).exactValues());
          row.addTree(advantages, tree, values.get(next++));
        }
      }
      rows.add(row);
    }
    return rows;
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
