package dev.coppice.app.explorer.shown;

import dev.coppice.app.advantage.CreditAssigner;
import dev.coppice.app.explorer.index.ExploredRun;
import dev.coppice.app.explorer.index.ShownGroup;
import dev.coppice.bridge.trace.CreditBlock;
import dev.coppice.credit.AdvantageEstimator;
import dev.coppice.credit.EstimatorPlug;
import dev.coppice.credit.Estimators;
import dev.coppice.plug.PlugOptions;
import dev.coppice.plug.Plugs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Scores a group for the page, by the estimators of {@code credit} alone.
 *
 * <p>An estimator that the run used has the run's options, and what it had learned when the group was
 * scored; what the trace holds is shown as it stands there.
 *
 * @param estimator that scores.
 * @param blocks one per tree.
 */
record ShownCredit(AdvantageEstimator estimator, List<CreditBlock> blocks) {
  /** Scores a group; null where no estimator is asked for and the run has none. */
  static ShownCredit of(final ExploredRun run, final ShownGroup shown, final String asked) {
    final String name = asked.isEmpty() ? first(run, shown) : asked;
    if (name.isEmpty()) {
      return null;
    }
    final EstimatorPlug plug = Plugs.of(EstimatorPlug.KIND).find(name);
    final boolean configured =
        run.config() != null && run.config().credit().estimators().contains(name);
    final PlugOptions options =
        configured
            ? run.config().plugs().of(EstimatorPlug.KIND, plug)
            : PlugOptions.of(EstimatorPlug.KIND, plug, Map.of());
    final AdvantageEstimator made = Estimators.of(plug, options);
    final List<CreditBlock> stored = stored(shown, name);
    final AdvantageEstimator estimator =
        stored.isEmpty()
            ? made
            : new CreditAssigner(List.of(made)).asIn(stored).estimators().getFirst();
    final List<CreditBlock> blocks =
        stored.isEmpty() ? CreditBlock.of(estimator.estimate(shown.group())) : stored;
    return new ShownCredit(estimator, blocks);
  }

  private static String first(final ExploredRun run, final ShownGroup shown) {
    final List<CreditBlock> stored = shown.traces().getFirst().credit();
    if (!stored.isEmpty()) {
      return stored.getFirst().estimator();
    }
    final List<String> configured =
        run.config() == null ? List.of() : run.config().credit().estimators();
    return configured.isEmpty() ? "" : configured.getFirst();
  }

  private static List<CreditBlock> stored(final ShownGroup shown, final String name) {
    final List<CreditBlock> found = new ArrayList<>();
    shown
        .traces()
        .forEach(
            trace ->
                trace.credit().stream()
                    .filter(block -> block.estimator().equals(name))
                    .findFirst()
                    .ifPresent(found::add));
    return found.size() == shown.traces().size() ? found : List.of();
  }

  /** Returns the mean over a node's tokens, or NaN where it is not scored. */
  double mean(final int tree, final int node) {
    final float[] values = blocks.get(tree).advantagesOf(node);
    if (values == null || values.length == 0) {
      return Double.NaN;
    }
    double sum = 0;
    for (final float value : values) {
      sum += value;
    }
    return sum / values.length;
  }
}
