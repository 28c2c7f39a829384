package dev.coppice.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.app.arguments.RunArguments;
import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.RunState;
import dev.coppice.app.run.RunResources;
import dev.coppice.app.runner.Engines;
import dev.coppice.app.serve.ServeJob;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Serves rollouts to a trainer in a process of its own. */
@Command(
    name = "serve",
    sortOptions = false,
    description = {
      "Serves rollouts to a trainer over Arrow Flight (docs/BRIDGE.md).",
      "The first line on standard output says in JSON where."
    },
    customSynopsis = {
      "./coppice serve @ FILE.toml [--section.key value ...] [--out DIR] [--with-parent]",
      "./coppice serve --resume DIR [--bridge.key value ...] [--with-parent]"
    })
final class ServeCommand implements Callable<Integer> {
  private static final long LONGEST_STOP_MS = 20_000;

  @Mixin private RunArguments arguments;

  @Option(names = "--with-parent", description = "Ends when standard input closes.")
  private boolean withParent;

  @Option(
      names = "--weights",
      paramLabel = "DIR",
      description = {
        "Published weights (a folder v<version>-<digest>) that a new run samples from at first, at",
        "their version: for an engine that joins others."
      })
  private Path weights;

  @Override
  public Integer call() throws InterruptedException {
    if (arguments.isHelp()) {
      return CoppiceCommand.DONE;
    }
    if (arguments.resume() != null) {
      if (weights != null) {
        throw new ConfigException(
            "--resume goes on with the weights of its run: leave out --weights");
      }
      final RunFolder folder = RunFolder.find(arguments.resume());
      RunState.requireServed(folder.ledger());
      return serve(arguments.resumed(folder), folder);
    }
    return serve(arguments.config("serve", "serve @ examples/drawers.toml --with-parent"), null);
  }

  private int serve(final RunConfig asked, final RunFolder begun) throws InterruptedException {
    Engines.requireTokens(asked, "the bridge");
    final RunConfig config = RunResources.settled(asked);
    if (config.budget().computedTokens().isPresent()) {
      System.err.println(
          "coppice: serve grows tree.trees trees per group and uses no budget.computed-tokens");
    }
    try (RunResources resources = RunResources.open(config)) {
      final RunFolder folder = begun == null ? ServeJob.prepare(config, weights) : begun;
      final ServeJob job = new ServeJob(config, folder, resources, weights);
      final Thread hook = new Thread(() -> stop(job));
      Runtime.getRuntime().addShutdownHook(hook);
      if (withParent) {
        Thread.ofPlatform().daemon(true).name("coppice-parent").start(() -> awaitParent(job));
      }
      job.run(ServeCommand::announce);
      return CoppiceCommand.DONE;
    }
  }

  private static void announce(final ServeJob.Announcement announcement) {
    final ObjectNode line = new ObjectMapper().createObjectNode();
    line.put("format", "coppice.bridge/1");
    line.put("location", announcement.location());
    line.put("run", announcement.run());
    line.put("folder", announcement.folder().toString());
    System.out.println(line);
    System.out.flush();
  }

  /** Waits until whoever started this process lets go of its standard input. */
  private static void awaitParent(final ServeJob job) {
    try {
      while (System.in.read() >= 0) {
        continue;
      }
    } catch (final IOException e) {
      System.err.println("coppice: standard input broke: " + e.getMessage());
    }
    job.stop();
  }

  private static void stop(final ServeJob job) {
    job.stop();
    try {
      job.awaitStopped(LONGEST_STOP_MS);
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
