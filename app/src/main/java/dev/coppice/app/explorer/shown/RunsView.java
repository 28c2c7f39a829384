package dev.coppice.app.explorer.shown;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.app.explorer.index.ExploredRun;
import dev.coppice.app.explorer.index.PlainJson;
import dev.coppice.app.explorer.index.RunKind;
import dev.coppice.app.folder.ArmState;
import dev.coppice.app.folder.RunState;
import dev.coppice.app.report.Figure;
import dev.coppice.app.report.ReportJson;
import dev.coppice.app.report.RunReport;
import dev.coppice.bridge.fate.GroupFate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Shows runs with their figures.
 *
 * @thread any; stateless.
 */
public final class RunsView {
  private RunsView() {}

  /**
   * Makes the list of runs.
   *
   * @param runs to show.
   * @param version of what is known, for the page to ask again.
   * @return {@code version} and {@code runs}, each with its figures so far.
   */
  public static ObjectNode of(final List<ExploredRun> runs, final long version) {
    final ObjectNode root = PlainJson.MAPPER.createObjectNode();
    root.put("version", version);
    final ArrayNode list = root.putArray("runs");
    runs.forEach(run -> run(list.addObject(), run));
    return root;
  }

  private static void run(final ObjectNode node, final ExploredRun run) {
    node.put("id", run.id()).put("path", run.folder().root().toString());
    node.put("kind", run.kind().name().toLowerCase(Locale.ROOT));
    node.put("groups", run.size()).put("read", run.readShare());
    node.put("live", run.isLive()).put("fault", run.fault());
    node.put("no_text", run.text().missing());
    if (run.config() != null) {
      node.put("name", run.config().run().name());
      node.put("environment", run.config().task().environment());
      node.put("model", run.config().model().path());
      run.config().credit().estimators().forEach(node.withArray("estimators")::add);
    }
    final RunState state = run.state();
    if (state != null) {
      node.put("complete", state.isComplete());
      final ObjectNode arms = node.putObject("arms");
      for (final ArmState arm : state.arms()) {
        arms.putObject(arm.arm())
            .put("policy", arm.policy())
            .put("groups", arm.groups())
            .put("complete", arm.complete())
            .put("sessions", arm.sessions())
            .put("wall_seconds", arm.wallNs() / 1e9);
      }
    }
    final RunReport report = run.report();
    if (report != null) {
      node.set("report", ReportJson.tree(report));
      final ObjectNode help = node.putObject("figures");
      for (final Figure figure : report.arms().getFirst().figures().keySet()) {
        help.put(figure.fieldName(), figure.help());
      }
    }
    if (run.kind() == RunKind.SERVE) {
      fates(node, run);
    }
  }

  private static void fates(final ObjectNode node, final ExploredRun run) {
    final Map<String, Long> counts = new TreeMap<>();
    run.fates().values().forEach(fate -> counts.merge(text(fate), 1L, Long::sum));
    PlainJson.put(node, "fates", counts);
    run.published().forEach(node.withArray("published")::add);
  }

  /**
   * Makes the fates of a served run's groups.
   *
   * @param run to show.
   * @return by number: what became of the group, and the task it was asked for.
   */
  public static ObjectNode fates(final ExploredRun run) {
    final ObjectNode root = PlainJson.MAPPER.createObjectNode();
    run.fates()
        .forEach(
            (number, fate) ->
                root.putArray(Long.toString(number)).add(text(fate)).add(fate.task()));
    return root;
  }

  private static String text(final GroupFate fate) {
    final String stage = fate.stage().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return fate.reason().isEmpty() ? stage : stage + ": " + fate.reason();
  }
}
