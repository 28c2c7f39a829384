package dev.coppice.app.config;

import dev.coppice.app.report.Figure;
import dev.coppice.app.report.MetricPlug;
import dev.coppice.plug.Plug;
import dev.coppice.plug.PlugKind;
import dev.coppice.plug.PlugOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Holds the options of plugs that are not at their defaults.
 *
 * @param bySection options by name, by {@code SECTION.PLUG}.
 */
public record PlugValues(Map<String, Map<String, Object>> bySection) {
  /** Leaves every option at its default. */
  public static final PlugValues NONE = new PlugValues(Map.of());

  /** Copies the maps. */
  public PlugValues {
    final Map<String, Map<String, Object>> copy = new HashMap<>();
    bySection.forEach((section, options) -> copy.put(section, Map.copyOf(options)));
    bySection = Map.copyOf(copy);
  }

  /**
   * Returns the options of a plug.
   *
   * @param kind of the plug.
   * @param plug whose options are wanted.
   * @return the options, defaults filled in.
   */
  public PlugOptions of(final PlugKind<?> kind, final Plug plug) {
    final String section = PlugSection.of(kind).section() + "." + plug.name();
    return PlugOptions.of(kind, plug, bySection.getOrDefault(section, Map.of()));
  }

  /**
   * Makes the figures of the report.
   *
   * @return the figures of every metric, in the order of the report.
   */
  public List<Figure> figures() {
    return MetricPlug.figures(plug -> of(MetricPlug.KIND, plug));
  }
}
