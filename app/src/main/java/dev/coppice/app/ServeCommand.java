package dev.coppice.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.ConfigLoader;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.run.RunResources;
import dev.coppice.app.serve.ServeJob;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Serves rollouts to a trainer in a process of its own. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Serves rollouts to a trainer over Arrow Flight (docs/BRIDGE.md).",
      "The first line on standard output says in JSON where."
    },
    customSynopsis = {
      "coppice serve @ FILE.toml [--section.key value ...] [--out DIR] [--with-parent]",
      "coppice serve --resume DIR [--bridge.key value ...] [--with-parent]"
    })
final class ServeCommand implements Callable<Integer> {
  private static final long LONGEST_STOP_MS = 20_000;

  @Option(names = "--out", paramLabel = "DIR", description = "Where the run folder is made.")
  private Path out;

  @Option(names = "--resume", paramLabel = "DIR", description = "Goes on with a served run.")
  private Path resume;

  @Option(names = "--with-parent", description = "Ends when standard input closes.")
  private boolean withParent;

  @Parameters(
      arity = "0..*",
      paramLabel = "CONFIG",
      description =
          "@ FILE.toml or -c FILE.toml, and --section.key value, each over the ones before.")
  private List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() throws InterruptedException {
    if (resume != null) {
      final RunFolder folder = RunFolder.find(resume);
      if (arguments.stream().anyMatch(a -> a.startsWith("--") && !a.startsWith("--bridge."))) {
        throw new ConfigException(
            "--resume takes --bridge keys and nothing else: the rest stays as the run was begun");
      }
      final ConfigLoader loader = new ConfigLoader().file(folder.config());
      return serve(ConfigArguments.read(arguments, loader).load(), folder);
    }
    if (arguments.isEmpty()) {
      throw new ConfigException(
          "nothing to serve; try  ./coppice serve @ examples/drawers.toml --with-parent");
    }
    final ConfigLoader loader = ConfigArguments.read(arguments, new ConfigLoader());
    if (out != null) {
      loader.override("run.out", out.toString());
    }
    return serve(loader.load(), null);
  }

  private int serve(final RunConfig config, final RunFolder begun) throws InterruptedException {
    if (config.budget().computedTokens().isPresent()) {
      System.err.println(
          "coppice: serve grows tree.trees trees per group and uses no budget.computed-tokens");
    }
    try (RunResources resources = RunResources.open(config)) {
      final RunFolder folder = begun == null ? ServeJob.prepare(config) : begun;
      final ServeJob job = new ServeJob(config, folder, resources);
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
