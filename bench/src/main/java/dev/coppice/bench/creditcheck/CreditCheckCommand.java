package dev.coppice.bench.creditcheck;

import dev.coppice.app.arguments.PlugPath;
import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.folder.GroupScan;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.StoredGroup;
import dev.coppice.app.run.RolloutJob;
import dev.coppice.app.run.RunResources;
import dev.coppice.credit.AdvantageEstimator;
import dev.coppice.credit.EstimatorPlug;
import dev.coppice.credit.Estimators;
import dev.coppice.credit.oracle.OracleCorrelation;
import dev.coppice.plug.Plugs;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.RolloutLimits;
import dev.coppice.trajectory.SamplingSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Holds estimators against the truth, on the traces of a run. */
@Command(
    name = "credit-check",
    mixinStandardHelpOptions = true,
    description = {
      "Correlates the node advantages of estimators with what nodes are really worth: the solver's",
      "values, and the mean reward of many continuations by the policy. Wants a run whose branches",
      "begin with turns (tree.policy fixed or tree-grpo) in a world with a solver."
    })
public final class CreditCheckCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "Run folder.")
  private Path folder;

  @Option(names = "--arm", defaultValue = "tree", description = "Arm (default ${DEFAULT-VALUE}).")
  private String arm;

  @Option(
      names = "--groups",
      defaultValue = "12",
      description = "Groups to take from the start of the arm (default ${DEFAULT-VALUE}).")
  private int groups;

  @Option(
      names = "--continuations",
      defaultValue = "1000",
      description = "Continuations from each turn start (default ${DEFAULT-VALUE}).")
  private int continuations;

  @Option(
      names = "--estimators",
      split = ",",
      paramLabel = "NAME",
      description = "Estimators to check; all if not given.")
  private List<String> estimators;

  @Mixin private PlugPath plugs;

  /** Made by picocli. */
  public CreditCheckCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    if (groups < 1 || continuations < 1) {
      throw new ConfigException(
          "--groups and --continuations must be at least 1: groups="
              + groups
              + " continuations="
              + continuations);
    }
    plugs.install();
    final RunFolder run = RunFolder.find(folder);
    final RunConfig config = RolloutJob.configOf(run);
    final List<AdvantageEstimator> chosen =
        (estimators == null ? Estimators.names() : estimators)
            .stream().map(name -> estimator(name, config)).toList();
    try (RunResources resources = RunResources.open(config)) {
      final CreditCheck check =
          new CreditCheck(
              resources.environment(),
              resources.tokenizer(),
              resources.runner(),
              engineConfig(config));
      final int taken = addGroups(check, run);
      System.err.printf(
          "coppice: %d groups, %d turn starts, %d continuations from each%n",
          taken, check.places(), continuations);
      print(check.run(chosen));
    }
    return 0;
  }

  /** Makes an estimator with the options the run was configured with. */
  private static AdvantageEstimator estimator(final String name, final RunConfig config) {
    final EstimatorPlug plug = Plugs.of(EstimatorPlug.KIND).find(name);
    return Estimators.of(plug, config.plugs().of(EstimatorPlug.KIND, plug));
  }

  private int addGroups(final CreditCheck check, final RunFolder run) {
    int taken = 0;
    try (GroupScan scan = new GroupScan(run.traces())) {
      for (StoredGroup group = scan.next(); group != null && taken < groups; group = scan.next()) {
        if (group.arm().equals(arm)) {
          check.add(group.group());
          taken++;
        }
      }
    }
    if (taken == 0) {
      throw new ConfigException("the run has no group of that arm: arm=" + arm);
    }
    return taken;
  }

  private EngineConfig engineConfig(final RunConfig config) {
    final RunConfig.Sampling sampling = config.sampling();
    final EngineConfig base =
        new EngineConfig(
            "credit-check",
            config.run().seed(),
            new SamplingSettings(
                sampling.temperature(), sampling.topP(), sampling.topK(), sampling.minP()),
            RolloutLimits.DEFAULT,
            BudgetConfig.trees(1),
            EngineConfig.Capacity.DEFAULT);
    return CreditCheck.configOf(base, continuations);
  }

  private static void print(final List<CreditCheck.Row> rows) {
    System.out.printf(
        Locale.ROOT,
        "%-12s %7s %9s %9s %7s %9s %9s%n",
        "estimator",
        "nodes",
        "solver r",
        "rank r",
        "nodes",
        "policy r",
        "rank r");
    for (final CreditCheck.Row row : rows) {
      final OracleCorrelation solver = row.solver();
      final OracleCorrelation policy = row.policy();
      System.out.printf(
          Locale.ROOT,
          "%-12s %7d %9.3f %9.3f %7d %9.3f %9.3f%n",
          row.estimator(),
          solver.count(),
          solver.pearson(),
          solver.spearman(),
          policy.count(),
          policy.pearson(),
          policy.spearman());
    }
  }
}
