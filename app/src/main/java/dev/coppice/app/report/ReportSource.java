package dev.coppice.app.report;

import dev.coppice.app.folder.ArmState;
import dev.coppice.app.folder.GroupScan;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.RunSettings;
import dev.coppice.app.folder.RunState;
import dev.coppice.app.folder.StoredGroup;
import java.util.List;

/** Makes the report of a run folder from its traces and its ledger alone. */
public final class ReportSource {
  private static final double NS_PER_SECOND = 1e9;

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
}
