package dev.coppice.bench.creditcheck;

import dev.coppice.app.arguments.PlugPath;
import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.config.SamplingSection;
import dev.coppice.app.folder.GroupScan;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.StoredGroup;
import dev.coppice.app.mode.EngineConfigs;
import dev.coppice.app.run.ProjectPaths;
import dev.coppice.app.run.RolloutJob;
import dev.coppice.app.run.RunResources;
import dev.coppice.credit.AdvantageEstimator;
import dev.coppice.credit.EstimatorPlug;
import dev.coppice.credit.Estimators;
import dev.coppice.plug.Plugs;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.RolloutLimits;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
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
      "begin with turns (tree.policy fixed or tree-grpo) in a world with a solver. Then tells the",
      "noise of each estimator's gradient over its signal, from tasks with three groups or more."
    })
public final class CreditCheckCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "Run folder.")
  private Path folder;

  @Option(names = "--arm", defaultValue = "tree", description = "Arm (default ${DEFAULT-VALUE}).")
  private String arm;

  @Option(
      names = "--groups",
      defaultValue = "120",
      description =
          "Groups to take from the start of the arm for correlations; 0 for none (default"
              + " ${DEFAULT-VALUE}: a standard error of about 0.03).")
  private int groups;

  @Option(
      names = "--continuations",
      defaultValue = "300",
      description = "Continuations from each turn start (default ${DEFAULT-VALUE}).")
  private int continuations;

  @Option(
      names = "--gradients",
      paramLabel = "TASKS",
      defaultValue = "200",
      description =
          "Tasks whose gradients are computed; 0 for none (default ${DEFAULT-VALUE}, or all with"
              + " three groups if fewer).")
  private int gradients;

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
    if (groups < 0 || continuations < 1 || gradients < 0) {
      throw new ConfigException(
          "--groups and --gradients must not be negative, --continuations at least 1: groups="
              + groups
              + " gradients="
              + gradients
              + " continuations="
              + continuations);
    }
    plugs.install();
    final RunFolder run = RunFolder.find(folder);
    final RunConfig config = RolloutJob.configOf(run);
    final List<AdvantageEstimator> chosen =
        (estimators == null ? Estimators.names() : estimators)
            .stream().map(name -> estimator(name, config)).toList();
    if (groups > 0) {
      correlate(run, config, chosen);
    }
    if (gradients > 0) {
      measureGradients(run, config, chosen);
    }
    return 0;
  }

  private void correlate(
      final RunFolder run, final RunConfig config, final List<AdvantageEstimator> chosen)
      throws InterruptedException {
    try (RunResources resources = RunResources.open(config)) {
      final CreditCheck check =
          new CreditCheck(
              resources.environment(),
              resources.tokenizer(),
              resources.runner(),
              engineConfig(config));
      final int taken = each(run, groups, stored -> check.add(stored.group()));
      System.err.printf(
          "coppice: %d groups, %d different turn starts, %d continuations from each%n",
          taken, check.places(), continuations);
      print(check.run(chosen));
    }
  }

  private void measureGradients(
      final RunFolder run, final RunConfig config, final List<AdvantageEstimator> chosen) {
    final SamplingSection sampling = config.sampling();
    if (sampling.topP() < 1 || sampling.topK() > 0 || sampling.minP() > 0) {
      throw new ConfigException(
          "the gradient is that of the whole distribution, and the run sampled from a part of it:"
              + " pass --gradients 0, or run with top-p 1, top-k 0 and min-p 0");
    }
    final GradientCheck check = new GradientCheck();
    each(run, Integer.MAX_VALUE, check::add);
    if (check.tasks() == 0) {
      System.err.println(
          "coppice: no task has three scored groups, so nothing is said of gradients: run with"
              + " task.repeats = 3 or more");
      return;
    }
    final int tasks = Math.min(gradients, check.tasks());
    System.err.printf("coppice: gradients of %d tasks%n", tasks);
    final List<GradientNoise> noises =
        check.run(ProjectPaths.model(config.model().path()), sampling.temperature(), chosen, tasks);
    printNoise(chosen, noises, check.tokensPerGroup());
  }

  /** Makes an estimator with the options the run was configured with. */
  private static AdvantageEstimator estimator(final String name, final RunConfig config) {
    final EstimatorPlug plug = Plugs.of(EstimatorPlug.KIND).find(name);
    return Estimators.of(plug, config.plugs().of(EstimatorPlug.KIND, plug));
  }

  private int each(final RunFolder run, final int most, final Consumer<StoredGroup> taker) {
    int taken = 0;
    try (GroupScan scan = new GroupScan(run.traces())) {
      for (StoredGroup group = scan.next(); group != null && taken < most; group = scan.next()) {
        if (group.arm().equals(arm)) {
          taker.accept(group);
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
    final EngineConfig base =
        new EngineConfig(
            "credit-check",
            config.run().seed(),
            EngineConfigs.sampling(config),
            RolloutLimits.DEFAULT,
            BudgetConfig.trees(1),
            EngineConfig.Capacity.DEFAULT);
    return CreditCheck.configOf(base, continuations);
  }

  private static void print(final List<CreditCheck.Row> rows) {
    System.out.println(
        "Correlation of a node's advantage with its step in value (standard error over tasks);"
            + " rank: Spearman's; never forked: size of advantages and of steps (root mean"
            + " square)");
    System.out.printf(
        "%-12s %7s %14s %6s %14s %6s %6s %14s %6s %14s%n",
        "estimator",
        "nodes",
        "solver r, rank",
        "nodes",
        "policy r",
        "rank",
        "nodes",
        "at forks",
        "nodes",
        "never forked");
    for (final CreditCheck.Row row : rows) {
      System.out.printf(
          Locale.ROOT,
          "%-12s %7d %7.3f %6.3f %6d %14s %6.3f %6d %14s %6d %7.3f %6.3f%n",
          row.estimator(),
          row.solver().count(),
          row.solver().pearson(),
          row.solver().spearman(),
          row.policy().count(),
          text(row.all()),
          row.policy().spearman(),
          row.forked().count(),
          text(row.forked()),
          row.alone().count(),
          row.alone().firstSize(),
          row.alone().secondSize());
    }
  }

  private static String text(final GroupedCorrelation of) {
    return number("%.3f", of.pearson(), of.standardError());
  }

  private static String number(final String form, final double value, final double error) {
    return Double.isFinite(value)
        ? String.format(Locale.ROOT, form + " (" + form + ")", value, error)
        : "-";
  }

  private static void printNoise(
      final List<AdvantageEstimator> chosen,
      final List<GradientNoise> noises,
      final double tokensPerGroup) {
    System.out.printf(
        Locale.ROOT,
        "%nNoise over signal of a group's gradient, all weights (standard error over tasks); %.0f"
            + " tokens a group%n",
        tokensPerGroup);
    System.out.printf(
        "%-12s %6s %18s %12s %18s %18s %16s%n",
        "estimator",
        "tasks",
        "noise and bias",
        "noise alone",
        "times tokens/1000",
        "(1 + it) times",
        "over the first");
    final GradientNoise first = noises.getFirst();
    for (int e = 0; e < noises.size(); e++) {
      final GradientNoise noise = noises.get(e);
      final double scale = tokensPerGroup / 1000;
      System.out.printf(
          Locale.ROOT,
          "%-12s %6d %18s %12s %18s %18s %16s%n",
          chosen.get(e).name(),
          noise.prompts(),
          number("%.2f", noise.noise(), noise.standardError()),
          Double.isFinite(noise.ownNoise())
              ? String.format(Locale.ROOT, "%.2f", noise.ownNoise())
              : "-",
          number("%.3f", noise.noise() * scale, noise.standardError() * scale),
          number("%.3f", (1 + noise.noise()) * scale, noise.standardError() * scale),
          number("%.2f", noise.over(first), noise.standardErrorOver(first)));
    }
  }
}
