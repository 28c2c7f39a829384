package dev.coppice.app;

import dev.coppice.app.arguments.PlugPath;
import dev.coppice.app.arguments.RunArguments;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.RunFolderException;
import dev.coppice.app.run.RolloutJob;
import dev.coppice.app.run.RunPlan;
import dev.coppice.app.run.RunResources;
import dev.coppice.app.view.ReportTable;
import dev.coppice.app.view.TerminalProgress;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Generates rollouts as configured. */
@Command(
    name = "run",
    sortOptions = false,
    description = "Generates rollouts as configured, into a run folder of their own.",
    customSynopsis = {
      "./coppice run @ FILE.toml [--section.key value ...] [--out DIR] [--dry-run]",
      "./coppice run --resume DIR"
    })
final class RunCommand implements Callable<Integer> {
  @Mixin private RunArguments arguments;

  @Option(names = "--dry-run", description = "Prints the resolved plan and starts nothing.")
  private boolean dryRun;

  @Override
  public Integer call() throws InterruptedException {
    if (arguments.isHelp()) {
      return CoppiceCommand.DONE;
    }
    return arguments.resume() == null
        ? start(
            arguments.config("run", "run @ examples/drawers.toml   or  ./coppice run --help"),
            dryRun)
        : resume();
  }

  /** Runs a configuration, or says what it would do. */
  static int start(final RunConfig asked, final boolean dryRun) throws InterruptedException {
    final RunConfig config = RunResources.settled(asked);
    try (RunResources resources = RunResources.open(config)) {
      if (dryRun) {
        System.out.print(RunPlan.describe(config, resources));
        return CoppiceCommand.DONE;
      }
      final RolloutJob job = new RolloutJob(config, resources, TerminalProgress.standardError());
      return finish(job, job.prepare(Path.of(config.run().out())));
    }
  }

  private int resume() throws InterruptedException {
    arguments.requireNothingElse(dryRun);
    final RunFolder folder = RunFolder.find(arguments.resume());
    final RunConfig config = RolloutJob.configOf(folder);
    try (RunResources resources = RunResources.open(config)) {
      return finish(new RolloutJob(config, resources, TerminalProgress.standardError()), folder);
    }
  }

  private static int finish(final RolloutJob job, final RunFolder folder)
      throws InterruptedException {
    final String stopped = stopped(folder);
    final Thread farewell = new Thread(() -> System.err.println(stopped));
    Runtime.getRuntime().addShutdownHook(farewell);
    final RolloutJob.Outcome outcome;
    try {
      outcome = job.run(folder);
    } catch (final RuntimeException e) {
      final int status = CoppiceCommand.explain(e, System.err);
      // What is wrong with the call or the folder itself would be wrong again.
      if (status != CoppiceCommand.WRONG_CALL && !(e instanceof RunFolderException)) {
        System.err.println(stopped);
      }
      return status;
    } finally {
      Runtime.getRuntime().removeShutdownHook(farewell);
    }
    System.out.print(ReportTable.render(outcome.report()));
    System.out.println();
    System.out.println("run folder: " + folder.root());
    final String report = "./coppice report " + folder.root() + " --html report.html";
    System.out.println("next:       " + PlugPath.again(report));
    System.out.println("            " + PlugPath.again("./coppice verify " + folder.root()));
    outcome.brokenLaws().forEach(law -> System.err.println("coppice: broken law: " + law));
    return outcome.brokenLaws().isEmpty() ? CoppiceCommand.DONE : CoppiceCommand.FAILED;
  }

  private static String stopped(final RunFolder folder) {
    return "coppice: stopped; what was finished is kept. Go on with:  "
        + PlugPath.again("./coppice run --resume " + folder.root());
  }
}
