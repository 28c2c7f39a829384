package dev.coppice.app.view;

import dev.coppice.app.outcome.OutcomeLines;
import dev.coppice.app.report.ArmReport;
import dev.coppice.app.report.Estimate;
import dev.coppice.app.report.Figure;
import dev.coppice.app.report.Metric;
import dev.coppice.app.report.RunReport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Lays a report out in columns: every arm, then every arm's ratio over the chains.
 *
 * @thread any.
 */
public final class ReportTable {
  private static final int FIRST_COLUMN = 34;

  private ReportTable() {}

  /** Names a row and how its figures are written. */
  enum Row {
    TASKS("tasks", Metric.TASKS, Style.COUNT),
    GROUPS("groups", Metric.GROUPS, Style.COUNT),
    TREES("trees", Metric.TREES, Style.COUNT),
    TRUNKS("independent trunks", Metric.TRUNKS, Style.COUNT),
    LEAVES("trajectories", Metric.LEAVES, Style.COUNT),
    COMPUTED("computed tokens", Metric.COMPUTED_TOKENS, Style.COUNT),
    PREFILLED("  prefilled", Metric.PREFILL_TOKENS, Style.COUNT),
    SAMPLED("  sampled", Metric.DECODED_TOKENS, Style.COUNT),
    DISCARDED("  discarded", Metric.DISCARDED_TOKENS, Style.COUNT),
    TOOL_CALLS("tool calls", Metric.TOOL_CALLS, Style.COUNT),
    GROUP_TOKENS("computed tokens per group", Metric.TOKENS_PER_GROUP, Style.NUMBER),
    DISTINCT_L1("distinct actions per 1k (L1)", Metric.DISTINCT_L1_PER_1K, Style.ESTIMATE),
    DISTINCT_L0("distinct tokens per 1k (L0)", Metric.DISTINCT_L0_PER_1K, Style.ESTIMATE),
    MIXED("groups with mixed outcomes", Metric.MIXED_OUTCOME_RATIO, Style.ESTIMATE),
    ESS("effective samples per 1k", Metric.ESS_PER_1K, Style.ESTIMATE),
    RHO("correlation in a trunk (rho)", Metric.RHO, Style.ESTIMATE),
    SOLVED("groups solved at least once", Metric.SOLVED_SHARE, Style.ESTIMATE),
    REWARD("mean reward (path-weighted)", Metric.REWARD_MEAN, Style.ESTIMATE),
    SHARING("sharing (chain tokens / computed)", Metric.SHARING_RATIO, Style.ESTIMATE),
    CLOSED_FORM("achieved of even branching", Metric.CLOSED_FORM_RATIO, Style.ESTIMATE),
    HITS("prompt tokens from the cache", Metric.PREFIX_HIT_RATE, Style.ESTIMATE),
    READS("tokens read from the cache", Metric.CACHE_READ_SHARE, Style.ESTIMATE),
    BLOCK_SECONDS("KV block-seconds", Metric.KV_BLOCK_SECONDS, Style.NUMBER),
    WALL("seconds", Metric.WALL_SECONDS, Style.NUMBER),
    SPEED("tokens per second, each arm's own time", Metric.TOKENS_PER_SECOND, Style.COUNT);

    private final String label;
    private final Metric metric;
    private final Style style;

    Row(final String label, final Metric metric, final Style style) {
      this.label = label;
      this.metric = metric;
      this.style = style;
    }

    String label() {
      return label;
    }

    Metric metric() {
      return metric;
    }

    /** Writes a figure of this row. */
    String text(final Estimate estimate) {
      final double value = estimate.value();
      if (Double.isNaN(value)) {
        return "-";
      }
      return switch (style) {
        case COUNT -> String.format(Locale.ROOT, "%,.0f", value);
        case NUMBER -> String.format(Locale.ROOT, "%,.1f", value);
        case ESTIMATE -> withError(estimate);
      };
    }

    /** Returns whether a ratio of this row says anything. */
    boolean hasRatio() {
      return this != RHO && this != DISCARDED && this != HITS && this != GROUPS && this != TASKS;
    }
  }

  private enum Style {
    COUNT,
    NUMBER,
    ESTIMATE
  }

  /** Writes a figure with its standard error. */
  static String withError(final Estimate estimate) {
    if (!Double.isFinite(estimate.value())) {
      return "-";
    }
    final String form = Math.abs(estimate.value()) >= 100 ? "%.1f" : "%.3f";
    final String value = String.format(Locale.ROOT, form, estimate.value());
    return Double.isNaN(estimate.standardError())
        ? value
        : value + " ± " + String.format(Locale.ROOT, form, estimate.standardError());
  }

  /** Writes a ratio with its standard error and, in brackets, the half-width of its 95 % interval. */
  static String withInterval(final Estimate ratio) {
    final String text = withError(ratio);
    return Double.isFinite(ratio.value()) && Double.isFinite(ratio.halfWidth())
        ? text + String.format(Locale.ROOT, " [%.3f]", ratio.halfWidth())
        : text;
  }

  /**
   * Writes a report as a table.
   *
   * @param report of a run, or of several with their arms renamed.
   * @return lines for a terminal.
   */
  public static String render(final RunReport report) {
    final List<List<String>> rows = new ArrayList<>();
    final List<String> head = new ArrayList<>(List.of(""));
    report.arms().forEach(arm -> head.add(arm.arm()));
    report.ratios().keySet().forEach(arm -> head.add(arm + " / " + RunReport.BASELINE));
    rows.add(head);
    for (final Row row : Row.values()) {
      final List<String> cells = new ArrayList<>(List.of(row.label()));
      for (final ArmReport arm : report.arms()) {
        cells.add(row.text(arm.figures().get(row.metric())));
      }
      for (final Map<Figure, Estimate> ratios : report.ratios().values()) {
        cells.add(row.hasRatio() ? withInterval(ratios.get(row.metric())) : "");
      }
      rows.add(cells);
    }
    for (final Figure figure : added(report)) {
      final List<String> cells = new ArrayList<>(List.of(figure.label()));
      cells.addAll(added(report, figure.fieldName()));
      rows.add(cells);
    }
    rows.add(failures(report));
    return lines(rows) + outcomes(report) + footer(report);
  }

  /** Says how each arm's trajectories ended: a mean hides that most of them were cut. */
  private static String outcomes(final RunReport report) {
    final StringBuilder text = new StringBuilder("\n");
    for (final ArmReport arm : report.arms()) {
      OutcomeLines.of(arm.outcomes())
          .forEach(
              (what, line) ->
                  text.append(String.format("%-" + FIRST_COLUMN + "s", arm.arm() + ": " + what))
                      .append("  ")
                      .append(HtmlText.printable(line))
                      .append('\n'));
    }
    return text.append('\n').toString();
  }

  private static String footer(final RunReport report) {
    final StringBuilder text = new StringBuilder("± one standard error over tasks");
    if (!report.ratios().isEmpty()) {
      text.append("; [half-width of 95 %]; ratios over ")
          .append(report.scope().comparedTasks())
          .append(" tasks that every arm has");
    }
    report
        .scope()
        .settings()
        .values()
        .forEach((key, value) -> text.append("; ").append(key).append(" = ").append(value));
    text.append('\n');
    report.notes().forEach(note -> text.append("note: ").append(note).append('\n'));
    return text.toString();
  }

  /** Returns the figures that stand in no row of this table: a stranger's. */
  static Collection<Figure> added(final RunReport report) {
    final Map<String, Figure> added = new LinkedHashMap<>();
    for (final ArmReport arm : report.arms()) {
      for (final Figure figure : arm.figures().keySet()) {
        if (!(figure instanceof Metric)) {
          added.putIfAbsent(figure.fieldName(), figure);
        }
      }
    }
    return added.values();
  }

  /** Writes the cells of such a figure: one for every arm and every ratio. */
  static List<String> added(final RunReport report, final String name) {
    final List<String> cells = new ArrayList<>();
    report.arms().forEach(arm -> cells.add(withError(arm.named(name))));
    report
        .ratios()
        .values()
        .forEach(ratios -> cells.add(withInterval(ArmReport.named(ratios, name))));
    return cells;
  }

  private static List<String> failures(final RunReport report) {
    final List<String> cells = new ArrayList<>(List.of("failed trajectories"));
    for (final ArmReport arm : report.arms()) {
      final StringBuilder text = new StringBuilder();
      arm.failures()
          .forEach((name, count) -> text.append(' ').append(name).append(' ').append(count));
      cells.add(text.isEmpty() ? "0" : text.substring(1));
    }
    report.ratios().keySet().forEach(arm -> cells.add(""));
    return cells;
  }

  private static String lines(final List<List<String>> rows) {
    final int[] widths = new int[rows.getFirst().size()];
    for (final List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    widths[0] = Math.max(widths[0], FIRST_COLUMN);
    final StringBuilder text = new StringBuilder();
    for (int r = 0; r < rows.size(); r++) {
      for (int i = 0; i < widths.length; i++) {
        final String cell = rows.get(r).get(i);
        final String pad = " ".repeat(widths[i] - cell.length());
        text.append(i == 0 ? cell + pad : "  " + pad + cell);
      }
      text.append('\n');
      if (r == 0) {
        int total = 0;
        for (final int width : widths) {
          total += width + 2;
        }
        text.append("─".repeat(total - 2)).append('\n');
      }
    }
    return text.toString();
  }
}
