package dev.coppice.app;

import dev.coppice.app.arguments.PlugPath;
import dev.coppice.app.arguments.RunArguments;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.mode.TaskRequests;
import dev.coppice.app.train.TrainJob;
import dev.coppice.app.train.TrainProgress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Trains a policy over the bridge. */
@Command(
    name = "train",
    sortOptions = false,
    description = {
      "Trains a policy by reinforcement learning: starts an engine as a process of its own, takes",
      "its groups over the bridge, improves the policy, publishes the weights, and again."
    },
    customSynopsis = {
      "./coppice train @ FILE.toml [--section.key value ...] [--out DIR]",
      "./coppice train --resume DIR"
    })
final class TrainCommand implements Callable<Integer> {
  @Mixin private RunArguments arguments;

  @Override
  public Integer call() throws InterruptedException, IOException {
    if (arguments.isHelp()) {
      return CoppiceCommand.DONE;
    }
    final TrainProgress progress = new TrainProgress(System.out);
    if (arguments.resume() != null) {
      arguments.requireNothingElse(false);
      return run(TrainJob.resume(arguments.resume(), progress));
    }
    final RunConfig config = arguments.config("train", "train @ examples/drawers-train.toml");
    final Path out = arguments.out();
    final Path root =
        out != null
            ? out
            : TrainJob.newRoot(Path.of(config.run().out()), TaskRequests.plugName(config));
    return run(TrainJob.begin(config, root, progress));
  }

  private static int run(final TrainJob job) throws InterruptedException, IOException {
    final String again = PlugPath.again("./coppice train --resume " + job.root());
    final Thread farewell =
        new Thread(() -> System.err.println("coppice: stopped; go on with:  " + again));
    Runtime.getRuntime().addShutdownHook(farewell);
    job.run();
    Runtime.getRuntime().removeShutdownHook(farewell);
    return CoppiceCommand.DONE;
  }
}
