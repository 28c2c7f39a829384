package dev.coppice.app;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Runs a command in this process and catches what it prints. */
final class CommandRuns {
  private CommandRuns() {}

  /** Holds what a command came to. */
  record Result(int status, String out, String err) {
    /** Says all of it, for a test that fails. */
    String all() {
      return "status=" + status + "\n" + out + err;
    }
  }

  /** Runs a command; plugs it brought are gone afterwards. */
  static Result execute(final String... arguments) {
    final PrintStream out = System.out;
    final PrintStream err = System.err;
    final ClassLoader loader = Thread.currentThread().getContextClassLoader();
    final ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    final ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
      final int status = CoppiceCommand.commandLine().execute(arguments);
      return new Result(
          status,
          outBytes.toString(StandardCharsets.UTF_8),
          errBytes.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
      Thread.currentThread().setContextClassLoader(loader);
    }
  }
}
