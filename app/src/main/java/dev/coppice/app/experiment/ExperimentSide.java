package dev.coppice.app.experiment;

import dev.coppice.app.config.ConfigLoader;
import dev.coppice.app.config.ConfigText;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.experiment.ExperimentException.Reason;
import dev.coppice.draw.CounterRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Names a side of an experiment.
 *
 * @param name of its run.
 * @param treatment of its paths.
 * @param seed of its draws.
 */
record ExperimentSide(String name, Treatment treatment, long seed) {
  /** The side that is changed in nothing. */
  static final String CONTROL = "control";

  private static final int OTHER = 1;
  private static final int OWN = 2;

  /** Lists the sides of a configuration, the control first. */
  static List<ExperimentSide> all(final RunConfig config) {
    final RunConfig.Experiment experiment = config.experiment();
    if (experiment.treatments().isEmpty()) {
      throw new ExperimentException(
          Reason.WRONG, "an experiment needs a treatment: set experiment.treatments");
    }
    final long seed = config.run().seed();
    final List<ExperimentSide> sides = new ArrayList<>();
    sides.add(new ExperimentSide(CONTROL, Treatment.nothing(CONTROL), seed));
    sides.add(new ExperimentSide("same", Treatment.nothing("nothing, the same draws"), seed));
    final long other = mixed(seed, OTHER);
    sides.add(new ExperimentSide("other", Treatment.nothing("nothing, other draws"), other));
    final boolean isCoupled = !experiment.coupling().equals("none");
    for (final String text : experiment.treatments()) {
      final int number = sides.size();
      final long own = isCoupled ? seed : mixed(seed, OWN + number);
      sides.add(new ExperimentSide("treatment-" + (number - 2), Treatment.parse(text), own));
    }
    return sides;
  }

  /** Seeds are written as numbers that TOML and JSON hold exactly. */
  private static long mixed(final long seed, final int word) {
    return CounterRandom.mix(seed, word) >>> 12;
  }

  /** Makes the configuration of the side's run. */
  RunConfig config(final RunConfig base, final String out) {
    final Map<String, String> keys = new LinkedHashMap<>();
    keys.put("tree.trees", Integer.toString(base.experiment().pairs()));
    keys.put("sampling.draws", "prompt");
    final String coupling = base.experiment().coupling();
    keys.put("sampling.coupling", coupling.equals("none") ? "inverse-cdf" : coupling);
    keys.put("run.seed", Long.toString(seed));
    keys.putAll(treatment.keys());
    return variant(base, name, out, keys);
  }

  /** Makes the configuration of a run of chains that nobody is trained on. */
  static RunConfig variant(
      final RunConfig base, final String name, final String out, final Map<String, String> more) {
    final ConfigLoader loader = new ConfigLoader().text(ConfigText.resolved(base), name);
    loader.override("tree.division", "independent").override("tree.coalesce", "false");
    loader.override("tree.policy", "chain").override("tree.trees", "1");
    loader.override("run.arms", "chain").override("run.name", name).override("run.out", out);
    loader.override("run.export", "false").override("credit.estimators", "");
    loader.override("budget.computed-tokens", "unset").override("budget.allocation", "uniform");
    more.forEach(loader::override);
    return loader.load();
  }
}
