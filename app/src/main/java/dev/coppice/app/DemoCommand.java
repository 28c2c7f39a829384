package dev.coppice.app;

import dev.coppice.app.arguments.ConfigArguments;
import dev.coppice.app.config.ConfigLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs the main job on the embedded policy. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "Solves the same held-out problems once as independent chains and once as trees, at one equal"
          + " budget of computed tokens, and compares them.",
      "Any key of  ./coppice run --help  may be set too."
    })
final class DemoCommand implements Callable<Integer> {
  private static final String DEMO =
      """
      [run]
      name = "demo"
      arms = ["chain", "tree"]
      [task]
      environment = "drawers"
      split = "held-out"
      count = 40
      repeats = 6
      [tree]
      policy = "fixed"
      trees = 2
      coalesce = "trees"
      division = "auto"
      [budget]
      computed-tokens = 108000
      """;

  @Option(names = "--out", paramLabel = "DIR", description = "Where the run folder is made.")
  private Path out;

  @Option(names = "--dry-run", description = "Prints the resolved plan and starts nothing.")
  private boolean dryRun;

  @Parameters(arity = "0..*", paramLabel = "KEYS", description = "--section.key value")
  private List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() throws InterruptedException {
    final ConfigLoader loader = new ConfigLoader().text(DEMO, "demo");
    ConfigArguments.read(arguments, loader);
    if (out != null) {
      loader.override("run.out", out.toString());
    }
    return RunCommand.start(loader.load(), dryRun);
  }
}
