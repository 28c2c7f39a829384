package dev.coppice.app.view;

import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.RunState;
import dev.coppice.app.folder.StoredGroup;
import dev.coppice.app.folder.StoredTree;
import dev.coppice.app.outcome.OutcomeLines;
import dev.coppice.app.report.ArmReport;
import dev.coppice.app.report.Estimate;
import dev.coppice.app.report.Figure;
import dev.coppice.app.report.Metric;
import dev.coppice.app.report.RunReport;
import dev.coppice.trajectory.Leaf;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Writes a report as one page that needs no other file and asks nobody for anything.
 *
 * @thread one at a time.
 */
public final class HtmlReport {
  private static final String TOKENS = "<span class=unit>per 1,000 computed tokens</span>";

  private final StringBuilder page = new StringBuilder();
  private final Function<int[], String> text;

  /**
   * Makes a page.
   *
   * @param text that turns tokens into text for the drawings, or null to leave it out.
   */
  public HtmlReport(final Function<int[], String> text) {
    this.text = text;
  }

  /**
   * Writes the page.
   *
   * @param file to write.
   * @param runs whose trees are shown.
   * @param report of the runs.
   */
  public void write(final Path file, final List<RunFolder> runs, final RunReport report) {
    head(runs);
    cards(report);
    table(report);
    runs.forEach(this::trees);
    page.append("</main></body></html>\n");
    try {
      Files.writeString(file, page);
    } catch (final IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  private void head(final List<RunFolder> runs) {
    final RunState state = RunState.load(runs.getFirst().ledger());
    final String name = HtmlText.escape(state.run());
    page.append("<!doctype html><html lang=en><head><meta charset=utf-8>")
        .append(
            "<meta name=viewport content=\"width=device-width, initial-scale=1\"><title>Coppice: ")
        .append(name)
        .append("</title><style>")
        .append(resource("report.css"))
        .append("</style></head><body><main><header><h1>")
        .append(name)
        .append("</h1><p>model ")
        .append(HtmlText.escape(state.model()));
    runs.forEach(
        run ->
            page.append(" · <code>")
                .append(HtmlText.escape(String.valueOf(run.root().getFileName())))
                .append("</code>"));
    page.append("</p></header>\n");
  }

  private void cards(final RunReport report) {
    final String main = report.mainArm();
    if (main == null) {
      return;
    }
    final Map<Figure, Estimate> ratios = report.ratios().get(main);
    page.append("<section class=cards>");
    card("more distinct action sequences", ratios.get(Metric.DISTINCT_L1_PER_1K), TOKENS);
    card("more effective samples", ratios.get(Metric.ESS_PER_1K), TOKENS);
    card(
        "the tokens, had these been chains",
        report.arm(main).figures().get(Metric.SHARING_RATIO),
        "<span class=unit>trajectories share their prefix</span>");
    page.append("</section><p class=note>")
        .append(HtmlText.escape(main))
        .append(" over ")
        .append(RunReport.BASELINE)
        .append(", ")
        .append(report.scope().comparedTasks())
        .append(" tasks that every arm has, ± one standard error over tasks.</p>\n");
  }

  private void card(final String what, final Estimate estimate, final String unit) {
    page.append("<div class=card><b>");
    page.append(Double.isFinite(estimate.value()) ? number(estimate.value()) + "×" : "–");
    page.append("</b>");
    error(estimate);
    page.append("<p>").append(what).append("</p>").append(unit).append("</div>");
  }

  private static String number(final double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private void error(final Estimate estimate) {
    if (Double.isFinite(estimate.standardError())) {
      page.append("<i> ± ").append(number(estimate.standardError())).append("</i>");
    }
  }

  private void table(final RunReport report) {
    page.append("<section><h2>Ledger and figures</h2><table><thead><tr><th></th>");
    report.arms().forEach(arm -> cell("th", arm.arm()));
    report.ratios().keySet().forEach(arm -> cell("th", arm + " / " + RunReport.BASELINE));
    page.append("</tr></thead><tbody>");
    for (final ReportTable.Row row : ReportTable.Row.values()) {
      page.append(row == ReportTable.Row.DISTINCT_L1 ? "<tr class=headline>" : "<tr>");
      cell("th", row.label());
      for (final ArmReport arm : report.arms()) {
        figure(row.text(arm.figures().get(row.metric())));
      }
      for (final Map<Figure, Estimate> ratios : report.ratios().values()) {
        figure(row.hasRatio() ? ReportTable.withInterval(ratios.get(row.metric())) : "");
      }
      page.append("</tr>");
    }
    for (final Figure figure : ReportTable.added(report)) {
      page.append("<tr>");
      cell("th", figure.label());
      ReportTable.added(report, figure.fieldName()).forEach(this::figure);
      page.append("</tr>");
    }
    page.append("</tbody></table>");
    outcomes(report);
    report
        .notes()
        .forEach(
            note -> page.append("<p class=note>").append(HtmlText.escape(note)).append("</p>"));
    page.append("</section>\n");
  }

  private void outcomes(final RunReport report) {
    page.append("<h3>How trajectories ended</h3><table><thead><tr><th></th>");
    report.arms().forEach(arm -> cell("th", arm.arm()));
    page.append("</tr></thead><tbody>");
    final Set<String> rows = new LinkedHashSet<>();
    report.arms().forEach(arm -> rows.addAll(OutcomeLines.of(arm.outcomes()).keySet()));
    for (final String row : rows) {
      page.append("<tr>");
      cell("th", row);
      report
          .arms()
          .forEach(arm -> cell("td", OutcomeLines.of(arm.outcomes()).getOrDefault(row, "-")));
      page.append("</tr>");
    }
    page.append("</tbody></table>");
  }

  private void cell(final String tag, final String content) {
    page.append('<').append(tag).append('>').append(HtmlText.escape(content));
    page.append("</").append(tag).append('>');
  }

  private void figure(final String content) {
    final int error = content.indexOf(" ±");
    page.append("<td>");
    if (error < 0) {
      page.append(content);
    } else {
      page.append(content, 0, error).append("<i>").append(content.substring(error)).append("</i>");
    }
    page.append("</td>");
  }

  private void trees(final RunFolder run) {
    page.append("<section><h2>A closer look</h2><p class=note>One row is one trajectory, from left")
        .append(" to right in tokens; a shared stretch was computed once. ")
        .append("<span class=key style=\"background:var(--prompt)\"></span>prompt ")
        .append("<span class=key style=\"background:var(--seen)\"></span>tool result ")
        .append("<span class=key style=\"background:var(--good)\"></span>advantage above zero ")
        .append("<span class=key style=\"background:var(--bad)\"></span>below zero ")
        .append(
            "<span class=\"dot won\"></span>reward 1 <span class=\"dot lost\"></span>reward 0. ")
        .append("Point at a piece for its text.</p>\n");
    SelectedGroups.of(run)
        .forEach(
            (id, arms) -> {
              final String task = arms.getFirst().group().task().id();
              page.append("<article><h3>").append(HtmlText.escape(task));
              page.append(" <small>").append(HtmlText.escape(id)).append("</small></h3>");
              group(arms);
              page.append("</article>\n");
            });
    page.append("</section>");
  }

  // All arms of a task are drawn to one scale.
  private void group(final List<StoredGroup> arms) {
    int longest = 1;
    for (final StoredGroup group : arms) {
      longest = Math.max(longest, TreeDrawing.longest(group.trees()));
    }
    for (final StoredGroup group : arms) {
      group(group, longest);
    }
  }

  private void group(final StoredGroup group, final int longest) {
    final double strongest = TreeDrawing.strongest(group.trees());
    long computed = 0;
    int leaves = 0;
    int draws = 0;
    for (final StoredTree stored : group.trees()) {
      computed += stored.ledger().computedTokens();
      for (final Leaf leaf : stored.trace().tree().leaves()) {
        leaves++;
        draws += leaf.draws();
      }
    }
    page.append("<h4>").append(HtmlText.escape(group.arm())).append("<small> ");
    page.append(leaves).append(" trajectories ");
    if (draws > leaves) {
      page.append("of ").append(draws).append(" samples ");
    }
    page.append("from ").append(computed);
    page.append(" computed tokens</small></h4><div class=trees>");
    for (final StoredTree stored : group.trees()) {
      page.append(new TreeDrawing(stored, longest, strongest, text).draw());
    }
    page.append("</div>");
  }

  private static String resource(final String name) {
    try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (final IOException e) {
      throw new UncheckedIOException("a resource is missing: " + name, e);
    }
  }
}
