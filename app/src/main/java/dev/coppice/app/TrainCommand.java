package dev.coppice.app;

import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.ConfigLoader;
import dev.coppice.app.config.ConfigText;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.train.TrainJob;
import dev.coppice.app.train.TrainProgress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains a policy over the bridge. */
@Command(
    name = "train",
    sortOptions = false,
    description = {
      "Trains a policy by reinforcement learning: starts an engine as a process of its own, takes",
      "its groups over the bridge, improves the policy, publishes the weights, and again."
    },
    customSynopsis = {
      "coppice train @ FILE.toml [--section.key value ...] [--out DIR]",
      "coppice train --resume DIR"
    })
final class TrainCommand implements Callable<Integer> {
  @Option(names = "--out", paramLabel = "DIR", description = "Folder of the run; must be new.")
  private Path out;

  @Option(names = "--resume", paramLabel = "DIR", description = "Goes on with a run that stopped.")
  private Path resume;

  @Option(
      names = {"-h", "--help"},
      description = "Prints this help with every key and its default.")
  private boolean help;

  @Parameters(
      arity = "0..*",
      paramLabel = "CONFIG",
      description =
          "@ FILE.toml or -c FILE.toml, and --section.key value, each over the ones before.")
  private List<String> arguments = new ArrayList<>();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException, IOException {
    if (help) {
      spec.commandLine().usage(System.out);
      System.out.println("\nKeys and their defaults:");
      System.out.print(ConfigText.help());
      return CoppiceCommand.DONE;
    }
    final TrainProgress progress = new TrainProgress(System.out);
    if (resume != null) {
      if (!arguments.isEmpty() || out != null) {
        throw new ConfigException(
            "--resume takes nothing else: the run goes on with the configuration it was begun with");
      }
      return run(TrainJob.resume(resume, progress));
    }
    if (arguments.isEmpty()) {
      throw new ConfigException(
          "nothing to train; try  ./coppice train @ examples/drawers-train.toml");
    }
    final RunConfig config = ConfigArguments.read(arguments, new ConfigLoader()).load();
    final Path root =
        out != null
            ? out
            : TrainJob.newRoot(Path.of(config.run().out()), config.task().environment());
    return run(TrainJob.begin(config, root, progress));
  }

  private static int run(final TrainJob job) throws InterruptedException, IOException {
    final Thread farewell =
        new Thread(
            () ->
                System.err.println(
                    "coppice: stopped; go on with:  ./coppice train --resume " + job.root()));
    Runtime.getRuntime().addShutdownHook(farewell);
    job.run();
    Runtime.getRuntime().removeShutdownHook(farewell);
    return CoppiceCommand.DONE;
  }
}
