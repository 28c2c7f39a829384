package dev.coppice.app.proxy;

import dev.coppice.app.arguments.PlugPath;
import dev.coppice.app.arguments.RunArguments;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.folder.RunFolder;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Records agents from outside. */
@Command(
    name = "proxy",
    sortOptions = false,
    description = {
      "Serves a model to agents in OpenAI's and Anthropic's protocols, and records what they do as"
          + " trees of tokens (docs/PROXY.md).",
      "It prints its address and API key, and ends at Ctrl-C; --resume goes on."
    },
    customSynopsis = {
      "./coppice proxy @ FILE.toml [--proxy.port N] [--section.key value ...] [--out DIR]",
      "./coppice proxy --resume DIR"
    })
public final class ProxyCommand implements Callable<Integer> {
  private static final long LONGEST_STOP_MS = 20_000;

  @Mixin private RunArguments arguments;

  /** Made by picocli. */
  public ProxyCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    if (arguments.isHelp()) {
      return 0;
    }
    if (arguments.resume() != null) {
      arguments.requireNothingElse(false);
      final RunFolder folder = RunFolder.find(arguments.resume());
      return serve(ProxyJob.configOf(folder), folder);
    }
    return serve(arguments.config("serve", "proxy @ examples/proxy.toml"), null);
  }

  private int serve(final RunConfig config, final RunFolder begun) throws InterruptedException {
    try (ProxyParts parts = ProxyParts.open(config)) {
      final RunFolder folder = begun == null ? ProxyJob.prepare(config, parts) : begun;
      final ProxyJob job = new ProxyJob(config, folder, parts);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(job)));
      job.run(announcement -> announce(config, folder, announcement));
      return 0;
    }
  }

  private static void announce(
      final RunConfig config, final RunFolder folder, final ProxyJob.Announcement at) {
    final String base = "http://" + config.proxy().address() + ":" + at.port();
    System.out.println("base URL:   " + base + "/r/" + at.run() + ":TASK:ROLLOUT/v1");
    System.out.println("API key:    " + at.token());
    System.out.println("run folder: " + folder.root());
    System.out.println("next:       " + PlugPath.again("./coppice report " + folder.root()));
    System.out.flush();
  }

  private static void stop(final ProxyJob job) {
    job.stop();
    try {
      job.awaitStopped(LONGEST_STOP_MS);
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
