package dev.coppice.app.config;

import dev.coppice.environments.Environments;
import dev.coppice.plug.NearestName;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOptions;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;

/**
 * Reads configurations: files in order, then overrides, each over what came before.
 *
 * <p>A key that the schema does not have is refused by name with file, line and the nearest right
 * one; so is a value of the wrong type or range. Nothing is guessed and nothing is dropped.
 *
 * @thread one at a time.
 */
public final class ConfigLoader {
  private static final String OWN = "; one of your own needs --classpath";

  private final Schema schema = Schema.run();
  private final Map<String, Setting> settings = new LinkedHashMap<>();

  private record Setting(Object value, String origin) {}

  /**
   * Reads a file over what was read before.
   *
   * @param file in TOML.
   * @return this.
   * @throws ConfigException if the file cannot be read, is no TOML or holds a wrong key or value.
   */
  public ConfigLoader file(final Path file) {
    if (!Files.isRegularFile(file)) {
      throw new ConfigException("no such configuration file: " + file);
    }
    try {
      return text(Files.readString(file), file.toString());
    } catch (final IOException e) {
      throw new ConfigException("cannot read the configuration file " + file + ": " + e);
    }
  }

  /**
   * Reads TOML text over what was read before.
   *
   * @param toml text.
   * @param origin named in errors, usually a file.
   * @return this.
   * @throws ConfigException if the text is no TOML or holds a wrong key or value.
   */
  public ConfigLoader text(final String toml, final String origin) {
    final TomlParseResult result = Toml.parse(toml);
    if (result.hasErrors()) {
      final TomlParseError error = result.errors().getFirst();
      throw new ConfigException(at(origin, error.position()) + ": " + error.getMessage());
    }
    for (final List<String> path : result.keyPathSet(true)) {
      final String name = String.join(".", path);
      final Object value = result.get(path);
      final String where = at(origin, result.inputPositionOf(path));
      if (path.stream().anyMatch(part -> part.indexOf('.') >= 0)) {
        throw new ConfigException(
            where + ": a key in quotes is one name, dots and all: write " + name + " without them");
      }
      if (value instanceof org.tomlj.TomlTable) {
        requireSection(name, where);
      } else {
        put(name, value, where + ": ");
      }
    }
    return this;
  }

  /**
   * Sets one key over what was read before.
   *
   * @param name of the key, dotted.
   * @param text of the value as typed on a command line; lists may be separated by commas, and
   *     {@code unset} takes back what a file set, where that is the default.
   * @return this.
   * @throws ConfigException if there is no such key or the value does not fit it.
   */
  public ConfigLoader override(final String name, final String text) {
    final String where = "--" + name + ": ";
    final Schema.Entry entry = schema.entries().get(name.replace('_', '-'));
    if (entry == null) {
      throw unknown(name, where);
    }
    if (text.equals(ConfigText.UNSET) && entry.option().defaultValue() == null) {
      settings.remove(entry.name());
      return this;
    }
    put(entry.name(), ConfigText.parse(text, entry.option().type()), where);
    return this;
  }

  /**
   * Checks that there is such a key.
   *
   * @param name of the key, dotted.
   * @throws ConfigException naming the nearest right key if there is none.
   */
  public void requireKey(final String name) {
    if (!schema.entries().containsKey(name.replace('_', '-'))) {
      throw unknown(name, "--" + name + ": ");
    }
  }

  /**
   * Makes the configuration of everything read.
   *
   * @return the configuration, defaults filled in.
   * @throws ConfigException if keys contradict each other.
   */
  public RunConfig load() {
    try {
      return (RunConfig) bind(RunConfig.class, RunConfig.DEFAULT, "");
    } catch (final IllegalArgumentException e) {
      throw new ConfigException(e.getMessage());
    }
  }

  /** Looks for an environment by name; Python ones have no plug of theirs. */
  private static void requireEnvironment(final String name) {
    try {
      Environments.find(name);
    } catch (final IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "one of "
              + String.join(", ", Environments.names())
              + ", or a Python environment such as my_env.py or reasoning-gym/countdown",
          e);
    }
  }

  private void put(final String name, final Object raw, final String where) {
    final Schema.Entry entry = schema.entries().get(name);
    if (entry == null) {
      throw unknown(name, where);
    }
    final Object given = raw instanceof TomlArray array ? array.toList() : raw;
    try {
      final Object typed = entry.option().typed(given);
      if (name.equals("task.environment")) {
        requireEnvironment((String) typed);
      }
      settings.put(name, new Setting(typed, where));
    } catch (final IllegalArgumentException e) {
      throw new ConfigException(
          where
              + name
              + " must be "
              + e.getMessage()
              + ", not "
              + ConfigText.literal(given)
              + (entry.namesPlugs() && e.getMessage().startsWith("one of ") ? OWN : ""));
    }
  }

  private void requireSection(final String name, final String where) {
    if (!schema.sections().contains(name)) {
      final List<String> known = new ArrayList<>(schema.sections());
      known.addAll(schema.entries().keySet());
      final String near = NearestName.of(name, known);
      throw new ConfigException(
          where + ": unknown section [" + name + "]" + hint(near) + plugHint(name));
    }
  }

  private ConfigException unknown(final String name, final String where) {
    if (schema.sections().contains(name)) {
      return new ConfigException(where + name + " is a section, not a key; set a key in it");
    }
    final String near = NearestName.of(name, schema.entries().keySet());
    return new ConfigException(where + "unknown key " + name + hint(near) + plugHint(name));
  }

  /** A key with three parts may be an option of a plug that is not there. */
  private static String plugHint(final String name) {
    final String[] parts = name.split("\\.");
    for (final PlugSection kind : PlugSection.values()) {
      if (parts[0].equals(kind.section()) && parts.length > 1) {
        final boolean known = kind.plugs().stream().anyMatch(plug -> plug.name().equals(parts[1]));
        return known || parts.length < 3
            ? ""
            : " There is no " + kind.kind().word() + " " + parts[1] + OWN + ".";
      }
    }
    return "";
  }

  private static String hint(final String near) {
    return near == null
        ? "; `./coppice run --help` lists every key"
        : "; did you mean " + near + "?";
  }

  private static String at(final String origin, final TomlPosition position) {
    return position == null ? origin : origin + ":" + position.line();
  }

  private Object bind(final Class<?> type, final Object defaults, final String prefix) {
    final RecordComponent[] components = type.getRecordComponents();
    final Object[] values = new Object[components.length];
    final Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < components.length; i++) {
      final String name = prefix + Schema.kebab(components[i].getName());
      final Object fallback = Schema.valueOf(components[i], defaults);
      types[i] = components[i].getType();
      if (types[i] == PlugValues.class) {
        values[i] = plugValues();
      } else if (components[i].getAnnotation(Key.class) == null) {
        values[i] = bind(types[i], fallback, name + ".");
      } else {
        values[i] =
            settings.containsKey(name) ? fitted(settings.get(name).value(), types[i]) : fallback;
      }
    }
    return construct(type, types, values, prefix);
  }

  private static Object fitted(final Object value, final Class<?> type) {
    if (type == int.class) {
      return Math.toIntExact((Long) value);
    }
    return type == OptionalLong.class ? OptionalLong.of((Long) value) : value;
  }

  private PlugValues plugValues() {
    final Map<String, Map<String, Object>> values = new LinkedHashMap<>();
    for (final Schema.Plugged plugged : schema.plugs()) {
      final Map<String, Object> given = new LinkedHashMap<>();
      for (final PlugOption option : plugged.plug().options()) {
        final Setting setting = settings.get(plugged.key(option));
        if (setting != null && !setting.value().equals(option.defaultValue())) {
          given.put(option.name(), setting.value());
        }
      }
      if (!given.isEmpty()) {
        check(plugged, given);
        values.put(plugged.section(), given);
      }
    }
    return new PlugValues(values);
  }

  private void check(final Schema.Plugged plugged, final Map<String, Object> given) {
    try {
      PlugOptions.of(plugged.kind().kind(), plugged.plug(), given);
    } catch (final IllegalArgumentException e) {
      final String section = plugged.section() + ".";
      throw new ConfigException(originOf(section) + section + e.getMessage());
    }
  }

  private Object construct(
      final Class<?> type, final Class<?>[] types, final Object[] values, final String prefix) {
    try {
      final Constructor<?> constructor = type.getDeclaredConstructor(types);
      return constructor.newInstance(values);
    } catch (final InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException wrong) {
        throw new ConfigException(originOf(prefix) + wrong.getMessage());
      }
      throw new IllegalStateException("a section could not be made: " + type, e);
    } catch (final ReflectiveOperationException e) {
      throw new IllegalStateException("a section could not be made: " + type, e);
    }
  }

  // A rule over several keys broke: name the last place that set one of them.
  private String originOf(final String prefix) {
    String origin = "";
    for (final Map.Entry<String, Setting> entry : settings.entrySet()) {
      if (entry.getKey().startsWith(prefix)) {
        origin = entry.getValue().origin();
      }
    }
    return prefix.isEmpty() ? "" : origin;
  }
}
