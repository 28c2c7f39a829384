package dev.coppice.app.experiment;

import dev.coppice.app.arguments.PlugPath;
import dev.coppice.app.arguments.RunArguments;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.run.RunResources;
import dev.coppice.app.view.TerminalProgress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures what a change is worth, at a fork. */
@Command(
    name = "experiment",
    sortOptions = false,
    description = {
      "Measures what a change is worth: paths are forked at experiment.at and go on with each of",
      "experiment.treatments and without, from one state and with the same random numbers.",
      "Prints effects with errors clustered by problem, and what they cost."
    },
    customSynopsis =
        "./coppice experiment @ FILE.toml [--section.key value ...] [--out DIR] [--json]")
public final class ExperimentCommand implements Callable<Integer> {
  private static final int DONE = 0;

  @Mixin private RunArguments arguments;

  @Option(names = "--json", description = "Prints experiment.json instead of the table.")
  private boolean json;

  /** Made by picocli. */
  public ExperimentCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    if (arguments.isHelp()) {
      return DONE;
    }
    if (arguments.resume() != null) {
      throw new ExperimentException(
          ExperimentException.Reason.WRONG, "an experiment is not resumed; begin a new one");
    }
    final RunConfig config =
        RunResources.settled(
            arguments.config("experiment", "experiment @ examples/experiment.toml"));
    ExperimentJob.check(config);
    try (RunResources resources = RunResources.open(config)) {
      final ExperimentResult result =
          new ExperimentJob(config, resources, TerminalProgress.standardError())
              .run(Path.of(config.run().out()));
      System.out.print(
          json
              ? new String(result.bytes(), StandardCharsets.UTF_8) + "\n"
              : ExperimentTable.render(result));
      if (!json) {
        System.out.println("\nexperiment folder: " + result.root());
        System.out.println(
            "next:              " + PlugPath.again("./coppice verify " + result.root()));
      }
    }
    return DONE;
  }
}
