package dev.coppice.app;

import dev.coppice.app.check.CheckCommand;
import dev.coppice.app.enginecheck.EngineCheckCommand;
import dev.coppice.app.experiment.ExperimentCommand;
import dev.coppice.app.explorer.ViewCommand;
import dev.coppice.app.list.ClasspathCommand;
import dev.coppice.app.list.ListCommand;
import dev.coppice.app.pretrain.PretrainCommand;
import dev.coppice.app.proxy.ProxyCommand;
import dev.coppice.app.template.ChatTemplateCommand;
import dev.coppice.error.Coded;
import dev.coppice.error.ErrorCategory;
import dev.coppice.error.ErrorCode;
import dev.coppice.error.PlainText;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.agrona.concurrent.AgentTerminationException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * Starts the command line.
 *
 * @thread the main thread.
 */
@Command(
    name = "./coppice",
    mixinStandardHelpOptions = true,
    version = "coppice 0.1.0",
    description = "Generates reinforcement-learning rollouts as trees that share one prefix.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "  test [--all] [--trainers]  runs every test of the project (the launcher does it); --all"
          + " adds",
      "                             the slow ones, --trainers installs TRL, verl and verifiers (6"
          + " GB),",
      "                             whose tests are skipped without",
      "  doctor [--install]         what this machine has and lacks (the launcher does it);"
          + " --install",
      "                             brings what is optional, on Debian",
      "  bench [NAME] [OPTIONS]     runs the JMH benchmarks (the launcher does it)",
      "  decode-bench               tokens per second on a shared prefix (--help)",
      "  bridge-bench               what the bridge to a trainer carries and how fast (--help)",
      "  credit-check DIR           estimators against the solver and the policy's own"
          + " continuations",
      "  soak [--minutes N]         runs the engine for long and watches memory and exactness",
      "",
      "Exit status: 0 done, 1 the work failed, 2 the call or the configuration is wrong.",
      "A failure ends with its [code]; docs/ERRORS.md says what each one means."
    },
    subcommands = {
      DemoCommand.class,
      RunCommand.class,
      ServeCommand.class,
      ProxyCommand.class,
      TrainCommand.class,
      ExperimentCommand.class,
      ReportCommand.class,
      ViewCommand.class,
      CheckCommand.class,
      EngineCheckCommand.class,
      VerifyCommand.class,
      CreditCommand.class,
      ListCommand.class,
      ClasspathCommand.class,
      ScoreCommand.class,
      GenerateCommand.class,
      TokenizeCommand.class,
      DetokenizeCommand.class,
      ChatTemplateCommand.class,
      ConvertLlama2cCommand.class,
      PretrainCommand.class
    })
public final class CoppiceCommand {
  /** The work was done. */
  static final int DONE = 0;

  /** The work failed. */
  static final int FAILED = 1;

  /** The call or the configuration is wrong. */
  static final int WRONG_CALL = 2;

  private static final ErrorCode WRONG_ARGUMENT =
      new ErrorCode(ErrorCategory.CALL, "argument-wrong");
  private static final ErrorCode FILE_FAILED = new ErrorCode(ErrorCategory.STORAGE, "file-failed");
  private static final ErrorCode UNEXPECTED = new ErrorCode(ErrorCategory.INTERNAL, "unexpected");

  private static final int HELP_WIDTH = 100;

  /** Made by picocli. */
  public CoppiceCommand() {}

  /**
   * Runs a command and ends the process with its status.
   *
   * @param arguments of the command line.
   */
  public static void main(final String[] arguments) {
    run(commandLine(), arguments);
  }

  /**
   * Runs a command line and ends the process with its status.
   *
   * @param line to run.
   * @param arguments of it.
   */
  public static void run(final CommandLine line, final String[] arguments) {
    // A failed engine ends its thread; what went wrong is told where the engine is waited for.
    final Thread.UncaughtExceptionHandler quiet =
        (thread, failure) -> {
          if (!(failure instanceof AgentTerminationException)) {
            explain(failure, System.err);
          }
        };
    Thread.setDefaultUncaughtExceptionHandler(quiet);
    int status;
    try {
      status = line.execute(arguments);
    } catch (final Error e) {
      status = explain(e, System.err);
    }
    if (System.out.checkError() && status == 0) {
      System.err.println("the results could not be written: standard output is full or closed");
      status = 1;
    }
    // Threads of a failed engine must not keep the process.
    System.exit(status);
  }

  /** Makes the command line. */
  static CommandLine commandLine() {
    final CommandLine line = configured(new CommandLine(new CoppiceCommand()));
    for (final String name :
        new String[] {"run", "demo", "serve", "train", "proxy", "experiment"}) {
      line.getSubcommands().get(name).setUnmatchedOptionsArePositionalParams(true);
    }
    return line;
  }

  /**
   * Has a command line print help and report failures as all of them do.
   *
   * @param line to configure.
   * @return the line.
   */
  public static CommandLine configured(final CommandLine line) {
    line.setExpandAtFiles(false);
    line.setUsageHelpAutoWidth(true);
    line.setUsageHelpWidth(HELP_WIDTH);
    line.setExecutionExceptionHandler((failure, command, result) -> explain(failure, System.err));
    return line;
  }

  /** Says what went wrong, with its code, and returns the exit status. */
  static int explain(final Throwable failure, final PrintStream err) {
    final Throwable told = told(failure);
    final ErrorCode code = codeOf(told);
    final String message = told.getMessage() == null ? told.toString() : told.getMessage();
    err.println("coppice: " + PlainText.of(message) + " [" + code.name() + "]");
    if (System.getenv("COPPICE_DEBUG") != null) {
      failure.printStackTrace(err);
    } else if (!(told instanceof Coded) && statusOf(code.category()) == FAILED) {
      final String name = PlainText.of(told.toString());
      err.println("coppice: (" + name + "; set COPPICE_DEBUG=1 to see where)");
    }
    return statusOf(code.category());
  }

  /** Finds what says most: a failure with a code, else the first that does not only carry another. */
  private static Throwable told(final Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof Coded) {
        return at;
      }
    }
    Throwable at = failure;
    while (isCarrier(at) && at.getCause() != null) {
      at = at.getCause();
    }
    return at;
  }

  private static boolean isCarrier(final Throwable failure) {
    return failure instanceof IllegalStateException
        || failure instanceof ExecutionException
        || failure instanceof CompletionException
        || failure instanceof InvocationTargetException;
  }

  private static ErrorCode codeOf(final Throwable failure) {
    return switch (failure) {
      case Coded coded -> coded.errorCode();
      case IllegalArgumentException wrong -> WRONG_ARGUMENT;
      case IOException failed -> FILE_FAILED;
      case UncheckedIOException failed -> FILE_FAILED;
      default -> UNEXPECTED;
    };
  }

  private static int statusOf(final ErrorCategory category) {
    return switch (category) {
      case CALL, CONFIGURATION, MODEL -> WRONG_CALL;
      case STORAGE, WORLD, BACKEND, TRAINER, INTERNAL -> FAILED;
    };
  }
}
