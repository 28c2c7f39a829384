package dev.coppice.app.view;

import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.report.RunReport;
import java.nio.file.Path;
import java.util.List;

/** Writes a report as one page that needs no other file. */
public final class HtmlReport {
  private HtmlReport() {}

  /**
   * Writes the page.
   *
   * @param file to write.
   * @param runs whose trees are shown.
   * @param report of the runs.
   */
  public static void write(final Path file, final List<RunFolder> runs, final RunReport report) {}
}
