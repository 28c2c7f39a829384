package dev.coppice.app.report;

import dev.coppice.app.folder.ArmState;
import dev.coppice.app.folder.GroupScan;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.RunSettings;
import dev.coppice.app.folder.RunState;
import dev.coppice.app.folder.StoredGroup;
import java.util.List;
import java.util.Locale;

/** Makes the report of a run folder from its traces and its ledger alone. */
public final class ReportSource {
  private static final double NS_PER_SECOND = 1e9;

  private static final double US_PER_SECOND = 1e6;

  private ReportSource() {}

  /**
   * Reads a run folder, complete or not.
   *
   * @param folder of the run.
   * @param figures of the report.
   * @return the report of every group that is finished.
   */
  public static RunReport read(final RunFolder folder, final List<Figure> figures) {
    final RunMeasure measure = new RunMeasure(figures, RunSettings.read(folder.config()));
    for (final ArmState arm : RunState.load(folder.ledger()).arms()) {
      note(arm, measure);
      if (arm.wallNs() > 0) {
        measure.wall(arm.arm(), arm.wallNs() / NS_PER_SECOND);
      }
    }
    try (GroupScan scan = new GroupScan(folder.traces())) {
      for (StoredGroup group = scan.next(); group != null; group = scan.next()) {
        measure.add(group.arm(), group.group(), group.ledgers());
      }
    }
    return measure.report();
  }

  /** Notes what the world's cache of tool results spared an arm. */
  private static void note(final ArmState arm, final RunMeasure measure) {
    final long hits = arm.engine().getOrDefault("shared_results", 0L);
    if (hits > 0) {
      final double seconds = arm.engine().getOrDefault("shared_us", 0L) / US_PER_SECOND;
      final long calls = arm.engine().getOrDefault("calls_executed", 0L);
      measure.note(
          String.format(
              Locale.ROOT,
              "%s: %d answers of tools were known already%s, which saved %.3f s of their time",
              arm.arm(),
              hits,
              calls > 0
                  ? String.format(Locale.ROOT, " (%.0f %% of calls)", 100.0 * hits / calls)
                  : "",
              seconds));
    }
  }
}
