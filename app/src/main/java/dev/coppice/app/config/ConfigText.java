package dev.coppice.app.config;

import dev.coppice.plug.Plug;
import dev.coppice.plug.PlugKind;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;

/**
 * Writes configurations as TOML, and the schema as help.
 *
 * @thread any.
 */
public final class ConfigText {
  private static final int HELP_COLUMN = 38;
  private static final int HELP_WIDTH = 100;

  /** What stands for a value where there is none. */
  static final String UNSET = "unset";

  private ConfigText() {}

  /**
   * Writes a configuration with every key, so that reading it gives the same again, but for secrets:
   * their keys are written empty.
   *
   * @param config to write.
   * @return TOML text.
   */
  public static String resolved(final RunConfig config) {
    final Schema schema = Schema.run();
    final Map<String, Object> values = new TreeMap<>();
    collect(config.withoutSecrets(), "", values);
    for (final Schema.Plugged plugged : schema.plugs()) {
      final PlugOptions options = config.plugs().of(plugged.kind().kind(), plugged.plug());
      for (final PlugOption option : plugged.plug().options()) {
        values.put(plugged.key(option), options.asMap().get(option.name()));
      }
    }
    final StringBuilder text = new StringBuilder();
    String section = null;
    for (final Schema.Entry entry : schema.entries().values()) {
      final int dot = entry.name().lastIndexOf('.');
      if (!entry.name().substring(0, dot).equals(section)) {
        text.append(section == null ? "" : "\n");
        section = entry.name().substring(0, dot);
        text.append('[').append(section).append("]\n");
      }
      final Object value = values.get(entry.name());
      final String name = entry.name().substring(dot + 1);
      if (value == null || value instanceof OptionalLong optional && optional.isEmpty()) {
        text.append("# ").append(name).append(" is not set\n");
      } else {
        text.append(name).append(" = ").append(literal(value)).append('\n');
      }
    }
    return text.toString();
  }

  /**
   * Writes every key with its default and meaning.
   *
   * @return text for a terminal of 100 columns.
   */
  public static String help() {
    final StringBuilder text = new StringBuilder();
    for (final Schema.Entry entry : Schema.run().entries().values()) {
      final String left = "  --" + entry.name() + "=" + literal(entry.option().defaultValue());
      text.append(left);
      if (left.length() >= HELP_COLUMN) {
        text.append('\n').append(" ".repeat(HELP_COLUMN));
      } else {
        text.append(" ".repeat(HELP_COLUMN - left.length()));
      }
      wrap(text, meaning(entry));
    }
    return text.toString();
  }

  private static String meaning(final Schema.Entry entry) {
    final PlugOption option = entry.option();
    return option.choices().isEmpty()
        ? option.help()
        : option.help() + " One of: " + String.join(", ", option.choices()) + ".";
  }

  private static void wrap(final StringBuilder text, final String words) {
    int column = HELP_COLUMN;
    for (final String word : words.split(" ")) {
      if (column + word.length() > HELP_WIDTH) {
        text.append('\n').append(" ".repeat(HELP_COLUMN));
        column = HELP_COLUMN;
      }
      text.append(word).append(' ');
      column += word.length() + 1;
    }
    text.setLength(text.length() - 1);
    text.append('\n');
  }

  private static void collect(
      final Object record, final String prefix, final Map<String, Object> values) {
    for (final var component : record.getClass().getRecordComponents()) {
      final String name = prefix + Schema.kebab(component.getName());
      final Object value = Schema.valueOf(component, record);
      if (component.getAnnotation(Key.class) != null) {
        values.put(name, value);
      } else if (!(value instanceof PlugValues)) {
        collect(value, name + ".", values);
      }
    }
  }

  /** Writes one value as TOML. */
  static String literal(final Object value) {
    return switch (value) {
      case null -> UNSET;
      case String text -> quoted(text);
      case TomlArray array -> literal(array.toList());
      case List<?> list -> listLiteral(list);
      case OptionalLong optional -> optional.isPresent() ? "" + optional.getAsLong() : UNSET;
      default -> String.valueOf(value);
    };
  }

  private static String listLiteral(final List<?> list) {
    final StringBuilder text = new StringBuilder("[");
    for (final Object item : list) {
      text.append(text.length() == 1 ? "" : ", ").append(literal(item));
    }
    return text.append(']').toString();
  }

  /** Writes a text as a TOML basic string. */
  static String quoted(final String text) {
    final StringBuilder quoted = new StringBuilder("\"");
    for (final char letter : text.toCharArray()) {
      switch (letter) {
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        case '\n' -> quoted.append("\\n");
        case '\t' -> quoted.append("\\t");
        default -> {
          if (letter < 0x20 || letter == 0x7f) {
            quoted.append(String.format("\\u%04x", (int) letter));
          } else {
            quoted.append(letter);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }

  /**
   * Reads the options of a plug.
   *
   * @param kind of the plug.
   * @param plug they are for.
   * @param given texts as typed, by name; a text may stand in quotes.
   * @return the options, checked.
   * @throws ConfigException naming the option that is unknown or has a wrong value.
   */
  public static PlugOptions options(
      final PlugKind<?> kind, final Plug plug, final Map<String, String> given) {
    final Map<String, Object> values = new LinkedHashMap<>(given);
    for (final PlugOption option : plug.options()) {
      values.computeIfPresent(option.name(), (name, text) -> parse((String) text, option.type()));
    }
    try {
      return PlugOptions.of(kind, plug, values);
    } catch (final IllegalArgumentException e) {
      throw new ConfigException("--set: " + e.getMessage());
    }
  }

  /** Reads a value as typed on a command line, where quotes are a nuisance; a text stays one. */
  static Object parse(final String text, final PlugOption.Type type) {
    if (type == PlugOption.Type.TEXT || type == PlugOption.Type.NAME) {
      return unquoted(text);
    }
    if (!type.isList()) {
      return valueOf(text);
    }
    if (text.startsWith("[")) {
      return valueOf(text);
    }
    final StringBuilder list = new StringBuilder("[");
    for (final String item : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      list.append(type == PlugOption.Type.TEXTS ? quoted(item.strip()) : item.strip());
      list.append(',');
    }
    return valueOf(list.append(']').toString());
  }

  private static String unquoted(final String text) {
    final boolean quoted = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"");
    return quoted && valueOf(text) instanceof String inner ? inner : text;
  }

  private static Object valueOf(final String text) {
    final TomlParseResult result = Toml.parse("value = " + text);
    return result.hasErrors() || result.size() != 1 ? text : result.get("value");
  }
}
