package dev.coppice.app;

import dev.coppice.app.config.ConfigException;
import dev.coppice.bridge.trace.TraceGroup;
import dev.coppice.bridge.trace.TraceReader;
import dev.coppice.credit.AdvantageEstimator;
import dev.coppice.credit.CreditLine;
import dev.coppice.credit.Estimators;
import dev.coppice.credit.GroupAdvantages;
import java.io.BufferedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Scores traces offline. */
@Command(
    name = "credit",
    mixinStandardHelpOptions = true,
    description = "Scores traces offline and prints one JSON line per tree.")
final class CreditCommand implements Callable<Integer> {
  @Option(
      names = "--estimator",
      required = true,
      paramLabel = "NAME",
      description = "Name of the estimator; an unknown one lists all.")
  private String estimator;

  @Option(names = "--set", paramLabel = "key=value", description = "Option of the estimator.")
  private Map<String, String> options = new LinkedHashMap<>();

  @Parameters(paramLabel = "TRACES.jsonl", description = "Traces; a group's trees in a row.")
  private Path traces;

  @Override
  public Integer call() {
    if (!Files.isRegularFile(traces)) {
      throw new ConfigException("no such trace file: " + traces);
    }
    final AdvantageEstimator chosen = Estimators.create(estimator, options);
    final PrintStream out =
        new PrintStream(
            new BufferedOutputStream(System.out, 1 << 16), false, StandardCharsets.UTF_8);
    try (TraceReader reader = new TraceReader(traces)) {
      for (TraceGroup group = reader.nextGroup(); group != null; group = reader.nextGroup()) {
        final GroupAdvantages advantages = chosen.estimate(group.group());
        for (int tree = 0; tree < group.traces().size(); tree++) {
          out.println(CreditLine.of(advantages, tree));
        }
      }
    } finally {
      out.flush();
    }
    return Coppice.DONE;
  }
}
