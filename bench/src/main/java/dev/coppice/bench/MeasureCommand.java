package dev.coppice.bench;

import dev.coppice.app.CoppiceCommand;
import dev.coppice.bench.bridge.BridgeBenchCommand;
import dev.coppice.bench.creditcheck.CreditCheckCommand;
import dev.coppice.bench.decode.DecodeBenchCommand;
import dev.coppice.bench.streams.StreamsBenchCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * Runs the commands that only measure; the launcher sends them here.
 *
 * @thread the main thread.
 */
@Command(
    name = "./coppice",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DecodeBenchCommand.class,
      BridgeBenchCommand.class,
      CreditCheckCommand.class,
      StreamsBenchCommand.class
    })
public final class MeasureCommand {
  /** Made by picocli. */
  public MeasureCommand() {}

  /**
   * Runs a command and ends the process with its status.
   *
   * @param arguments of the command line.
   */
  public static void main(final String[] arguments) {
    CoppiceCommand.run(commandLine(), arguments);
  }

  /**
   * Makes the command line.
   *
   * @return a command line that reports failures as every command does.
   */
  public static CommandLine commandLine() {
    return CoppiceCommand.configured(new CommandLine(new MeasureCommand()));
  }
}
