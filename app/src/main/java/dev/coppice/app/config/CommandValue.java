package dev.coppice.app.config;

import dev.coppice.plug.Plug;
import dev.coppice.plug.PlugKind;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tomlj.Toml;
import org.tomlj.TomlParseResult;

/** Reads a value as typed on a command line, where quotes are a nuisance. */
public final class CommandValue {
  private CommandValue() {}

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

  /** Returns the value as TOML would hold it; text stays text where the key is one. */
  static Object parse(final String text, final PlugOption.Type type) {
    if (type == PlugOption.Type.TEXT || type == PlugOption.Type.NAME) {
      return unquoted(text);
    }
    if (!type.isList()) {
      return literal(text);
    }
    if (text.startsWith("[")) {
      return literal(text);
    }
    final StringBuilder list = new StringBuilder("[");
    for (final String item : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      list.append(type == PlugOption.Type.TEXTS ? ConfigText.quoted(item.strip()) : item.strip());
      list.append(',');
    }
    return literal(list.append(']').toString());
  }

  private static String unquoted(final String text) {
    final boolean quoted = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"");
    return quoted && literal(text) instanceof String inner ? inner : text;
  }

  private static Object literal(final String text) {
    final TomlParseResult result = Toml.parse("value = " + text);
    return result.hasErrors() || result.size() != 1 ? text : result.get("value");
  }
}
