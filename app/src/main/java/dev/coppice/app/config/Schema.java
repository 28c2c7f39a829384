package dev.coppice.app.config;

import dev.coppice.plug.Plug;
import dev.coppice.plug.PlugException;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOption.Range;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Lists every key by its dotted name: those of {@link RunConfig}, and the options of every plug on the
 * class path behind the section of its kind.
 *
 * @thread any; immutable.
 */
final class Schema {
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final List<String> sections = new ArrayList<>();
  private final List<Plugged> plugs = new ArrayList<>();

  private Schema(final Class<?> type, final Object defaults) {
    collect(type, defaults, "");
    for (final PlugSection kind : PlugSection.values()) {
      if (!sections.contains(kind.section())) {
        sections.add(kind.section());
        collectPlugs(kind.section());
      }
    }
  }

  /** Makes the schema of a run. */
  static Schema run() {
    return new Schema(RunConfig.class, RunConfig.DEFAULT);
  }

  private void collect(final Class<?> type, final Object defaults, final String prefix) {
    for (final RecordComponent component : type.getRecordComponents()) {
      final String name = prefix + kebab(component.getName());
      final Object value = valueOf(component, defaults);
      final Key key = component.getAnnotation(Key.class);
      if (key != null) {
        entries.put(
            name, new Entry(name, option(name, component, key, value), key.plugs().length > 0));
      } else if (component.getType() != PlugValues.class) {
        sections.add(name);
        collect(component.getType(), value, name + ".");
        collectPlugs(name);
      }
    }
  }

  private void collectPlugs(final String section) {
    for (final PlugSection kind : PlugSection.values()) {
      if (kind.section().equals(section)) {
        kind.plugs().forEach(plug -> collect(kind, plug));
      }
    }
  }

  private void collect(final PlugSection kind, final Plug plug) {
    final Plugged plugged = new Plugged(kind, plug);
    if (plugged.ownOptions().isEmpty()) {
      return;
    }
    if (entries.containsKey(plugged.section()) || sections.contains(plugged.section())) {
      throw new PlugException(
          "the name is taken by a key: "
              + kind.kind().word()
              + "="
              + plug.name()
              + " key="
              + plugged.section()
              + " class="
              + plug.getClass().getName());
    }
    sections.add(plugged.section());
    plugs.add(plugged);
    for (final PlugOption option : plugged.ownOptions()) {
      final String name = plugged.key(option);
      entries.put(name, new Entry(name, option, false));
    }
  }

  private static PlugOption option(
      final String name, final RecordComponent component, final Key key, final Object value) {
    final Class<?> type = component.getType();
    final List<String> choices = new ArrayList<>(List.of(key.choices()));
    for (final PlugSection kind : key.plugs()) {
      kind.plugs().forEach(plug -> choices.add(plug.name()));
    }
    if (key.others()) {
      choices.clear();
    }
    final double most = type == int.class ? Math.min(key.max(), Integer.MAX_VALUE) : key.max();
    final Object otherwise = value instanceof OptionalLong ? null : value;
    return new PlugOption(
        name, typeOf(type), otherwise, new Range(key.min(), most), choices, key.value());
  }

  private static PlugOption.Type typeOf(final Class<?> type) {
    if (type == int.class || type == long.class || type == OptionalLong.class) {
      return PlugOption.Type.WHOLE;
    }
    if (type == double.class) {
      return PlugOption.Type.NUMBER;
    }
    if (type == boolean.class) {
      return PlugOption.Type.FLAG;
    }
    return type == List.class ? PlugOption.Type.TEXTS : PlugOption.Type.TEXT;
  }

  /** Returns the keys by dotted name, in the order of the records. */
  Map<String, Entry> entries() {
    return entries;
  }

  /** Returns the dotted names of all sections. */
  List<String> sections() {
    return sections;
  }

  /** Returns the plugs that have options. */
  List<Plugged> plugs() {
    return plugs;
  }

  /** Returns the name of a component as it stands in a file. */
  static String kebab(final String camel) {
    final StringBuilder text = new StringBuilder();
    for (final char letter : camel.toCharArray()) {
      if (Character.isUpperCase(letter)) {
        text.append('-');
      }
      text.append(Character.toLowerCase(letter));
    }
    return text.toString().toLowerCase(Locale.ROOT);
  }

  /** Reads a component of a record. */
  static Object valueOf(final RecordComponent component, final Object record) {
    try {
      return component.getAccessor().invoke(record);
    } catch (final ReflectiveOperationException e) {
      throw new IllegalStateException("a record must be readable: " + component, e);
    }
  }

  /** Describes one key. */
  record Entry(String name, PlugOption option, boolean namesPlugs) {}

  /** Names a plug and its kind. */
  record Plugged(PlugSection kind, Plug plug) {
    String section() {
      return kind.section() + "." + plug.name();
    }

    /** Returns the options with keys of their own: some of an engine's or a world's are shared keys. */
    List<PlugOption> ownOptions() {
      return plug.options().stream()
          .filter(option -> kind != PlugSection.ENGINES || !EngineOptions.isShared(option))
          .filter(option -> kind != PlugSection.ENVIRONMENTS || !WorldOptions.isShared(option))
          .toList();
    }

    /** Returns the key of an option; keys have hyphens. */
    String key(final PlugOption option) {
      return section() + "." + option.name().replace('_', '-');
    }
  }
}
