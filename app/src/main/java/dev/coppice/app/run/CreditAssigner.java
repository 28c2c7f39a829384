package dev.coppice.app.run;

import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.RunConfig;
import dev.coppice.bridge.trace.CreditBlock;
import dev.coppice.credit.AdvantageEstimator;
import dev.coppice.credit.EstimatorPlug;
import dev.coppice.credit.Estimators;
import dev.coppice.credit.GroupAdvantages;
import dev.coppice.plug.Plugs;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.List;

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
      final GroupAdvantages advantages = estimator.estimate(group);
      for (int tree = 0; tree < group.trees().size(); tree++) {
        blocks.get(tree).add(block(advantages, tree, group.trees().get(tree)));
      }
    }
    return blocks;
  }

  private static CreditBlock block(
      final GroupAdvantages advantages, final int place, final TrajectoryTree tree) {
    final List<CreditBlock.NodeAdvantages> nodes = new ArrayList<>();
    for (int id = 0; id < tree.nodes().size(); id++) {
      final float[] values = advantages.nodeAdvantages(place, id);
      if (values != null) {
        nodes.add(new CreditBlock.NodeAdvantages(id, values));
      }
    }
    final List<CreditBlock.LeafAdvantage> leaves = new ArrayList<>();
    if (advantages.hasLeafAdvantages()) {
      for (int i = 0; i < tree.leaves().size(); i++) {
        final Leaf leaf = tree.leaves().get(i);
        final double value = advantages.leafAdvantage(place, i);
        if (!Double.isNaN(value)) {
          leaves.add(new CreditBlock.LeafAdvantage(leaf.node(), value));
        }
      }
    }
    return new CreditBlock(advantages.estimator(), advantages.options(), nodes, leaves);
  }
}
