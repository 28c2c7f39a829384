package dev.coppice.app.config;

import dev.coppice.model.RunnerPlug;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOptions;
import java.lang.reflect.RecordComponent;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds the options of an engine: those it shares with others are keys of the sections {@code model},
 * {@code engine} and {@code sampling}, the rest are keys of its own.
 */
public final class EngineOptions {
  private static final Map<String, Class<?>> SHARED =
      Map.of(
          "model", RunConfig.Model.class,
          "engine", RunConfig.Engine.class,
          "sampling", SamplingSection.class);

  private EngineOptions() {}

  /**
   * Makes the options of an engine.
   *
   * @param config of the run.
   * @param engine to be opened.
   * @return its options, checked.
   * @throws IllegalArgumentException if a shared key has a value the engine does not take.
   */
  public static PlugOptions of(final RunConfig config, final RunnerPlug engine) {
    final String section = PlugSection.ENGINES.section() + "." + engine.name();
    final Map<String, Object> values =
        new HashMap<>(config.plugs().bySection().getOrDefault(section, Map.of()));
    for (final PlugOption option : engine.options()) {
      put(option, config.model(), values);
      put(option, config.engine(), values);
      put(option, config.sampling(), values);
    }
    return PlugOptions.of(RunnerPlug.KIND, engine, values);
  }

  private static void put(
      final PlugOption option, final Record section, final Map<String, Object> values) {
    for (final RecordComponent component : section.getClass().getRecordComponents()) {
      if (Schema.kebab(component.getName()).equals(option.name())) {
        values.put(option.name(), Schema.valueOf(component, section));
      }
    }
  }

  /** Returns whether an option is a key that all engines share. */
  static boolean isShared(final PlugOption option) {
    return sharedKey(option) != null;
  }

  /**
   * Returns the key of an option that all engines share.
   *
   * @param option of an engine.
   * @return the dotted key, or null where the option has a key of its own.
   */
  public static String sharedKey(final PlugOption option) {
    for (final Map.Entry<String, Class<?>> section : SHARED.entrySet()) {
      for (final RecordComponent component : section.getValue().getRecordComponents()) {
        if (Schema.kebab(component.getName()).equals(option.name())) {
          return section.getKey() + "." + option.name();
        }
      }
    }
    return null;
  }
}
