package dev.coppice.app.run;

import dev.coppice.app.config.RunConfig;
import dev.coppice.app.report.Figure;
import dev.coppice.app.report.MetricPlug;
import java.util.List;

/** Makes the figures of a report from a configuration. */
public final class Figures {
  private Figures() {}

  /**
   * Makes the figures.
   *
   * @param config that holds the options of the metrics.
   * @return all figures, in the order of the report.
   */
  public static List<Figure> of(final RunConfig config) {
    return MetricPlug.figures(plug -> config.plugs().of(MetricPlug.KIND, plug));
  }
}
