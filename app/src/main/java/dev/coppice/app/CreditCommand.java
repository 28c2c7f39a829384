package dev.coppice.app;

import dev.coppice.app.advantage.CreditFile;
import dev.coppice.app.arguments.PlugPath;
import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.ConfigLoader;
import dev.coppice.app.config.ConfigText;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.runner.Engines;
import dev.coppice.bridge.trace.TraceFormatException;
import dev.coppice.bridge.trace.TraceGroup;
import dev.coppice.bridge.trace.TraceReader;
import dev.coppice.credit.AdvantageEstimator;
import dev.coppice.credit.CreditLine;
import dev.coppice.credit.EstimatorPlug;
import dev.coppice.credit.Estimators;
import dev.coppice.credit.GroupAdvantages;
import dev.coppice.plug.Plugs;
import dev.coppice.trajectory.TrajectoryGroup;
import java.io.BufferedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

  @Option(
      names = "--explain",
      paramLabel = "NODE",
      description = {
        "Says how the advantage of one node came about instead: NODE of the first tree, or",
        "GROUP/TREE/NODE."
      })
  private String explain;

  @Option(
      names = "--state",
      paramLabel = "FILE",
      description = {
        "What an estimator that learns from group to group begins with, if the file is there; it",
        "takes what is learned in the end. A credit block's entry `shares` does as well: --set"
            + " shares=..."
      })
  private Path state;

  @Mixin private PlugPath plugs;

  @Parameters(paramLabel = "TRACES.jsonl", description = "Traces; a group's trees in a row.")
  private Path traces;

  @Override
  public Integer call() {
    try {
      return scored();
    } catch (final TraceFormatException e) {
      // Here the traces are what the call names, not what a run left.
      CoppiceCommand.explain(e, System.err);
      return CoppiceCommand.WRONG_CALL;
    }
  }

  private Integer scored() {
    plugs.install();
    if (!Files.isRegularFile(traces)) {
      throw new ConfigException("no such trace file: " + traces);
    }
    requireTokens();
    final AdvantageEstimator made = chosen();
    final CreditFile learning =
        CreditFile.of(state == null ? made : CreditFile.warm(made, state), traces);
    if (explain != null) {
      return explain(learning, NodeName.parse(explain));
    }
    final PrintStream out =
        new PrintStream(
            new BufferedOutputStream(System.out, 1 << 16), false, StandardCharsets.UTF_8);
    try (TraceReader reader = new TraceReader(traces)) {
      for (TraceGroup group = reader.nextGroup(); group != null; group = reader.nextGroup()) {
        final GroupAdvantages advantages = learning.at(group.group().id()).estimate(group.group());
        for (int tree = 0; tree < group.traces().size(); tree++) {
          out.println(CreditLine.of(advantages, tree));
        }
      }
    } finally {
      out.flush();
    }
    if (state != null) {
      learning.save(state);
    }
    return CoppiceCommand.DONE;
  }

  /** Traces in a run's folder say by its configuration what engine they came from. */
  private void requireTokens() {
    final RunFolder folder = new RunFolder(traces.toAbsolutePath().getParent());
    if (folder.traces().equals(traces.toAbsolutePath()) && Files.isRegularFile(folder.config())) {
      Engines.requireTokens(new ConfigLoader().file(folder.config()).load(), "credit");
    }
  }

  private AdvantageEstimator chosen() {
    try {
      final EstimatorPlug plug = Plugs.of(EstimatorPlug.KIND).find(estimator);
      return Estimators.of(plug, ConfigText.options(EstimatorPlug.KIND, plug, options));
    } catch (final IllegalArgumentException e) {
      throw new ConfigException(e.getMessage() + "; one of your own needs --classpath");
    }
  }

  /** Names a node of a trace file: a group or null for the first, a tree, a node. */
  private record NodeName(String group, int tree, int node) {
    static NodeName parse(final String text) {
      final String[] parts = text.split("/");
      try {
        if (parts.length == 1) {
          return new NodeName(null, 0, Integer.parseInt(parts[0]));
        }
        if (parts.length == 3) {
          return new NodeName(parts[0], Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
        }
      } catch (final NumberFormatException e) {
        // The message below says what is wanted.
      }
      throw new ConfigException("--explain wants NODE or GROUP/TREE/NODE: explain=" + text);
    }
  }

  private Integer explain(final CreditFile learning, final NodeName name) {
    try (TraceReader reader = new TraceReader(traces)) {
      for (TraceGroup found = reader.nextGroup(); found != null; found = reader.nextGroup()) {
        final TrajectoryGroup group = found.group();
        for (int tree = 0; tree < group.trees().size(); tree++) {
          final boolean isGroup = name.group() == null || group.id().equals(name.group());
          if (isGroup && group.trees().get(tree).tree() == name.tree()) {
            if (name.node() < 0 || name.node() >= group.trees().get(tree).nodes().size()) {
              throw new ConfigException("the tree has no such node: explain=" + explain);
            }
            learning.at(group.id()).explain(group, tree, name.node()).forEach(System.out::println);
            return CoppiceCommand.DONE;
          }
        }
      }
    }
    throw new ConfigException("no such tree in " + traces + ": explain=" + explain);
  }
}
