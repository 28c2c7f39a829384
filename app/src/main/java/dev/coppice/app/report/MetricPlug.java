package dev.coppice.app.report;

import dev.coppice.plug.Plug;
import dev.coppice.plug.PlugException;
import dev.coppice.plug.PlugKind;
import dev.coppice.plug.PlugOptions;
import dev.coppice.plug.Plugs;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Offers figures of the report: one, or several that belong together.
 *
 * @thread any; implementations are stateless.
 */
public interface MetricPlug extends Plug {
  /** The kind. */
  PlugKind<MetricPlug> KIND = new PlugKind<>(MetricPlug.class, "metric", "metrics");

  /**
   * Makes the figures.
   *
   * @param options as this plug declares them.
   * @return the figures, in the order of the report.
   */
  List<Figure> figures(PlugOptions options);

  /**
   * Makes the figures of every metric on the class path.
   *
   * @param options finds those of a metric.
   * @return the figures, in the order of the report.
   * @throws PlugException if two have one name, or one has the name of another field.
   */
  static List<Figure> figures(final Function<MetricPlug, PlugOptions> options) {
    final Set<String> names = new HashSet<>(ReportJson.OTHER_FIELDS);
    final List<Figure> figures = new ArrayList<>();
    for (final MetricPlug plug : Plugs.of(KIND).all()) {
      for (final Figure figure : plug.figures(options.apply(plug))) {
        if (!figure.fieldName().matches("[a-z][a-z0-9_]*") || !names.add(figure.fieldName())) {
          throw new PlugException(
              "a figure needs a name of its own in small letters, digits and underscores: metric="
                  + plug.name()
                  + " figure="
                  + figure.fieldName()
                  + " class="
                  + plug.getClass().getName());
        }
        figures.add(figure);
      }
    }
    return figures;
  }
}
