package dev.coppice.app.arguments;

import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.ConfigLoader;
import dev.coppice.app.config.ConfigText;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.folder.RunFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Takes what {@code run}, {@code serve} and {@code train} have in common.
 *
 * @thread the main thread.
 */
public final class RunArguments {
  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the run folder is made; of train the folder itself, which must be new.")
  private Path out;

  @Option(names = "--resume", paramLabel = "DIR", description = "Goes on with a run that stopped.")
  private Path resume;

  @Mixin private PlugPath plugs;

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

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** Made by picocli. */
  public RunArguments() {}

  /**
   * Finds plugs, and prints the help if it is asked for.
   *
   * @return whether that is all.
   */
  public boolean isHelp() {
    plugs.install();
    if (help) {
      command.commandLine().usage(System.out);
      System.out.println("\nKeys and their defaults:");
      System.out.print(ConfigText.help());
    }
    return help;
  }

  /**
   * Returns where the run folder goes.
   *
   * @return the folder, or null where nothing was said.
   */
  public Path out() {
    return out;
  }

  /**
   * Returns the folder to go on with.
   *
   * @return the folder, or null.
   */
  public Path resume() {
    return resume;
  }

  /**
   * Reads the configuration; {@code --out} stands in its key.
   *
   * @param verb what is done with it.
   * @param example of a call.
   * @return the configuration.
   * @throws ConfigException if nothing is given, or something wrong.
   */
  public RunConfig config(final String verb, final String example) {
    if (arguments.isEmpty()) {
      throw new ConfigException("nothing to " + verb + "; try  ./coppice " + example);
    }
    final ConfigLoader loader = ConfigArguments.read(arguments, new ConfigLoader());
    if (out != null) {
      loader.override("run.out", out.toString());
    }
    return loader.load();
  }

  /**
   * Refuses anything beside {@code --resume}.
   *
   * @param more whether an option of the command itself was given.
   * @throws ConfigException if there is more.
   */
  public void requireNothingElse(final boolean more) {
    if (!arguments.isEmpty() || out != null || more) {
      throw new ConfigException(
          "--resume takes nothing else: the run goes on with the configuration it was begun with");
    }
  }

  /**
   * Reads the configuration of a served folder, with the bridge's keys over it.
   *
   * @param folder to go on with.
   * @return the configuration.
   * @throws ConfigException if other keys are given.
   */
  public RunConfig resumed(final RunFolder folder) {
    if (out != null) {
      throw notResumed("--out");
    }
    for (int at = 0; at < arguments.size(); at++) {
      final String argument = arguments.get(at);
      if (!argument.startsWith("--bridge.")) {
        throw notResumed(argument);
      }
      at += argument.contains("=") ? 0 : 1;
    }
    return ConfigArguments.read(arguments, new ConfigLoader().file(folder.config())).load();
  }

  private static ConfigException notResumed(final String argument) {
    return new ConfigException(
        "--resume takes --bridge keys and nothing else, not "
            + argument
            + ": the rest stays as the run was begun");
  }
}
