package dev.coppice.app.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.app.outcome.Outcomes;
import java.util.Map;
import java.util.Set;

/** Writes {@code report.json}. */
public final class ReportJson {
  /** Names the fields of an arm that are no figures. */
  static final Set<String> OTHER_FIELDS =
      Set.of("reward_std_error", "failed", "standard_errors", "half_widths", "outcomes");

  private static final ObjectMapper JSON = new ObjectMapper();

  private ReportJson() {}

  /**
   * Writes a report.
   *
   * @param report of a run.
   * @return JSON, indented; a figure that is not defined is null.
   */
  public static byte[] bytes(final RunReport report) {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(tree(report));
    } catch (final JsonProcessingException e) {
      throw new IllegalStateException("a report must be writable", e);
    }
  }

  /**
   * Makes the JSON of a report.
   *
   * @param report of a run.
   * @return {@code arms}, {@code ratios}, their errors and half-widths of 95 %, {@code ratios_by_arm}
   *     if there are more, the settings and what to know before comparing.
   */
  public static ObjectNode tree(final RunReport report) {
    final ObjectNode root = JSON.createObjectNode();
    final ObjectNode arms = root.putObject("arms");
    report.arms().forEach(arm -> writeArm(arms.putObject(arm.arm()), arm));
    final ObjectNode ratios = root.putObject("ratios");
    final String main = report.mainArm();
    if (main != null) {
      root.put("ratio_of", main + " over " + RunReport.BASELINE);
      writeValues(ratios, report.ratios().get(main));
      writeErrors(root.putObject("ratio_standard_errors"), report.ratios().get(main));
      writeHalfWidths(root.putObject("ratio_half_widths"), report.ratios().get(main));
      root.put("compared_tasks", report.scope().comparedTasks());
    }
    if (report.ratios().size() > 1) {
      final ObjectNode byArm = root.putObject("ratios_by_arm");
      report
          .ratios()
          .forEach(
              (arm, figures) -> {
                final ObjectNode node = byArm.putObject(arm);
                writeValues(node, figures);
                writeErrors(node.putObject("standard_errors"), figures);
                writeHalfWidths(node.putObject("half_widths"), figures);
              });
    }
    final ObjectNode settings = root.putObject("settings");
    report.scope().settings().values().forEach(settings::put);
    final ArrayNode notes = root.putArray("notes");
    report.notes().forEach(notes::add);
    return root;
  }

  private static void writeArm(final ObjectNode node, final ArmReport arm) {
    writeValues(node, arm.figures());
    put(node, "reward_std_error", arm.figures().get(Metric.REWARD_MEAN).standardError());
    final ObjectNode failed = node.putObject("failed");
    arm.failures().forEach(failed::put);
    writeErrors(node.putObject("standard_errors"), arm.figures());
    writeHalfWidths(node.putObject("half_widths"), arm.figures());
    writeOutcomes(node.putObject("outcomes"), arm.outcomes());
  }

  private static void writeOutcomes(final ObjectNode node, final Outcomes outcomes) {
    node.put("truncated", outcomes.truncated()).put("call_errors", outcomes.callErrors());
    writeCounts(node.putObject("statuses"), outcomes.statuses());
    writeCounts(node.putObject("stops"), outcomes.stops());
    writeCounts(node.putObject("calls"), outcomes.calls());
    writeCounts(node.putObject("failures"), outcomes.failures());
    final ObjectNode components = node.putObject("components");
    outcomes.components().forEach((name, mean) -> put(components, name, mean.mean()));
    writeSpread(node.putObject("sampled_tokens"), outcomes.sampled());
    writeSpread(node.putObject("path_tokens"), outcomes.context());
  }

  private static void writeCounts(final ObjectNode node, final Map<String, Long> counts) {
    counts.forEach(node::put);
  }

  private static void writeSpread(final ObjectNode node, final Outcomes.Mean length) {
    put(node, "mean", length.mean());
    put(node, "least", length.least());
    put(node, "most", length.most());
  }

  private static void writeValues(final ObjectNode node, final Map<Figure, Estimate> figures) {
    figures.forEach((figure, estimate) -> put(node, figure.fieldName(), estimate.value()));
  }

  private static void writeErrors(final ObjectNode node, final Map<Figure, Estimate> figures) {
    figures.forEach((figure, estimate) -> put(node, figure.fieldName(), estimate.standardError()));
  }

  private static void writeHalfWidths(final ObjectNode node, final Map<Figure, Estimate> figures) {
    figures.forEach((figure, estimate) -> put(node, figure.fieldName(), estimate.halfWidth()));
  }

  private static void put(final ObjectNode node, final String name, final double value) {
    if (!Double.isFinite(value)) {
      node.putNull(name);
    } else if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      node.put(name, (long) value);
    } else {
      node.put(name, value);
    }
  }
}
