package dev.coppice.app;

import dev.coppice.app.arguments.PlugPath;
import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.RunSettings;
import dev.coppice.app.report.ArmReport;
import dev.coppice.app.report.ReportJson;
import dev.coppice.app.report.ReportSource;
import dev.coppice.app.report.RunReport;
import dev.coppice.app.run.RolloutJob;
import dev.coppice.app.run.RunResources;
import dev.coppice.app.view.HtmlReport;
import dev.coppice.app.view.ReportTable;
import dev.coppice.chat.files.ModelFileException;
import dev.coppice.environments.Environments;
import dev.coppice.model.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the ledger and the metrics of runs. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description = "Shows the ledger and the figures of one run, or of several side by side.")
final class ReportCommand implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "DIR", description = "Run folders.")
  private List<Path> folders;

  @Mixin private PlugPath plugs;

  @Option(names = "--json", description = "Prints JSON.")
  private boolean json;

  @Option(names = "--html", paramLabel = "FILE", description = "Writes a page that needs no other.")
  private Path html;

  @Override
  public Integer call() {
    plugs.install();
    final List<RunFolder> runs = folders.stream().map(RunFolder::find).toList();
    final List<RunReport> reports = runs.stream().map(ReportCommand::read).toList();
    if (reports.stream().allMatch(report -> report.arms().isEmpty())) {
      throw new ConfigException("no group is finished in " + runs.getFirst().root());
    }
    final RunReport report = runs.size() == 1 ? reports.getFirst() : sideBySide(runs, reports);
    if (html != null) {
      writePage(runs, report);
    }
    if (json) {
      System.out.println(new String(ReportJson.bytes(report), StandardCharsets.UTF_8));
    } else {
      System.out.print(ReportTable.render(report));
    }
    return CoppiceCommand.DONE;
  }

  private static RunReport read(final RunFolder run) {
    return ReportSource.read(run, RolloutJob.configOf(run).plugs().figures());
  }

  private void writePage(final List<RunFolder> runs, final RunReport report) {
    try (Tokenizer tokenizer = tokenizerOf(runs.getFirst())) {
      new HtmlReport(tokenizer == null ? null : tokenizer::decode).write(html, runs, report);
    }
    System.err.println("coppice: wrote " + html);
  }

  // The page is whole without the text; a model folder that moved away must not be in its way.
  private static Tokenizer tokenizerOf(final RunFolder run) {
    try {
      final RunConfig config = RolloutJob.configOf(run);
      if (!Environments.hasText(config.task().environment())) {
        System.err.println(
            "coppice: no text in the page: the tokens of "
                + config.task().environment()
                + " stand for none");
        return null;
      }
      return RunResources.tokenizer(config);
    } catch (final ModelFileException | ConfigException e) {
      System.err.println("coppice: no text in the page: " + e.getMessage());
      return null;
    }
  }

  private static RunReport sideBySide(final List<RunFolder> runs, final List<RunReport> reports) {
    final List<ArmReport> arms = new ArrayList<>();
    final Map<String, String> settings = new TreeMap<>();
    for (int i = 0; i < runs.size(); i++) {
      final Path folder = runs.get(i).root().toAbsolutePath().normalize();
      for (final ArmReport arm : reports.get(i).arms()) {
        final String name = folder.getFileName() + ":" + arm.arm();
        arms.add(new ArmReport(name, arm.figures(), arm.failures(), arm.outcomes()));
      }
      reports
          .get(i)
          .scope()
          .settings()
          .values()
          .forEach((key, value) -> settings.put(folder.getFileName() + ":" + key, value));
    }
    return new RunReport(
        arms,
        Map.of(),
        new RunReport.Scope(0, 0, Set.of(), Set.of(), new RunSettings(settings), List.of()));
  }
}
