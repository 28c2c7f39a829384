package dev.coppice.app.advantage;

import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.RunConfig;
import dev.coppice.bridge.trace.CreditBlock;
import dev.coppice.credit.AdvantageEstimator;
import dev.coppice.credit.EstimatorPlug;
import dev.coppice.credit.Estimators;
import dev.coppice.credit.forest.LearningFormula;
import dev.coppice.plug.Plugs;
import dev.coppice.trajectory.TrajectoryGroup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Applies the configured estimators to finished groups.
 *
 * @thread any; immutable.
 */
public final class CreditAssigner {
  private final List<AdvantageEstimator> estimators;

  /**
   * Takes the estimators.
   *
   * @param estimators in the order of their blocks.
   */
  public CreditAssigner(final List<AdvantageEstimator> estimators) {
    this.estimators = List.copyOf(estimators);
  }

  /**
   * Makes the estimators a configuration names, with the options it holds for them.
   *
   * @param config of the run.
   * @return what gives groups their credit.
   * @throws ConfigException if there is no such estimator.
   */
  public static CreditAssigner of(final RunConfig config) {
    try {
      final Plugs<EstimatorPlug> plugs = Plugs.of(EstimatorPlug.KIND);
      final List<AdvantageEstimator> estimators = new ArrayList<>();
      for (final String name : config.credit().estimators()) {
        final EstimatorPlug plug = plugs.find(name);
        estimators.add(Estimators.of(plug, config.plugs().of(EstimatorPlug.KIND, plug)));
      }
      return new CreditAssigner(estimators);
    } catch (final IllegalArgumentException e) {
      throw new ConfigException("credit.estimators: " + e.getMessage());
    }
  }

  /**
   * Scores a group.
   *
   * @param group finished.
   * @return for each tree in order, one block per estimator.
   */
  public List<List<CreditBlock>> score(final TrajectoryGroup group) {
    final List<List<CreditBlock>> blocks = new ArrayList<>();
    group.trees().forEach(tree -> blocks.add(new ArrayList<>()));
    for (final AdvantageEstimator estimator : estimators) {
      final List<CreditBlock> given = CreditBlock.of(estimator.estimate(group));
      for (int tree = 0; tree < group.trees().size(); tree++) {
        blocks.get(tree).add(given.get(tree));
      }
    }
    return blocks;
  }

  /**
   * Makes what scores a group as it was scored before: with what had been learned then.
   *
   * @param stored blocks of one of its trees, in any order.
   * @return the estimators, with what the blocks say was learned.
   */
  public CreditAssigner asIn(final List<CreditBlock> stored) {
    return new CreditAssigner(
        estimators.stream().map(estimator -> asIn(estimator, stored)).toList());
  }

  private static AdvantageEstimator asIn(
      final AdvantageEstimator estimator, final List<CreditBlock> stored) {
    for (final CreditBlock block : stored) {
      if (block.options().containsKey(LearningFormula.SHARES)
          && block.estimator().equals(estimator.name())) {
        final Map<String, String> options = new HashMap<>(block.options());
        options.remove(LearningFormula.PAIRS);
        return estimator.with(options);
      }
    }
    return estimator;
  }

  /**
   * Returns the estimators.
   *
   * @return in the order of their blocks.
   */
  public List<AdvantageEstimator> estimators() {
    return estimators;
  }
}
