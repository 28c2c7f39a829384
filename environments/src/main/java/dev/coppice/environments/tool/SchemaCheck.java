package dev.coppice.environments.tool;

import java.util.List;
import java.util.Map;

/**
 * Checks JSON values against a JSON schema and says what does not fit, in words a model can act on.
 *
 * <p>Known are {@code type}, {@code enum}, {@code minimum}, {@code maximum}, {@code minLength},
 * {@code maxLength}, {@code items}, {@code properties}, {@code required} and {@code
 * additionalProperties}; other keywords are not looked at. An argument that the schema does not name
 * is refused unless {@code additionalProperties} allows it.
 *
 * @thread stateless, any thread
 */
public final class SchemaCheck {
  private static final int LONGEST_SHOWN_CHARS = 60;
  private static final int DEEPEST = 16;

  private SchemaCheck() {}

  /**
   * Checks the arguments of a call.
   *
   * @param tool to be named in the refusal.
   * @param schema of the arguments, an object.
   * @param arguments as given.
   * @return what does not fit, or null if everything does.
   */
  public static String refusal(
      final String tool, final Map<String, Object> schema, final Map<?, ?> arguments) {
    if (!(schema.get("properties") instanceof Map<?, ?> properties)) {
      return null;
    }
    final boolean open =
        schema.containsKey("additionalProperties")
            && !Boolean.FALSE.equals(schema.get("additionalProperties"));
    for (final Object name : arguments.keySet()) {
      if (!open && !properties.containsKey(name)) {
        return tool
            + " has no argument "
            + shown(name)
            + "; its arguments are "
            + names(properties);
      }
    }
    if (schema.get("required") instanceof List<?> required) {
      for (final Object name : required) {
        if (arguments.get(name) == null) {
          return tool + " needs the argument " + name;
        }
      }
    }
    for (final Map.Entry<?, ?> argument : arguments.entrySet()) {
      final String misfit = misfit(properties.get(argument.getKey()), argument.getValue(), 0);
      if (argument.getValue() != null && misfit != null) {
        return tool + ": " + argument.getKey() + " " + misfit;
      }
    }
    return null;
  }

  private static List<String> names(final Map<?, ?> properties) {
    return properties.keySet().stream().map(String::valueOf).toList();
  }

  /**
   * Checks one value.
   *
   * @param schema of the value; anything but a map allows everything.
   * @param value to check.
   * @return for example {@code must be integer, not x}, or null if it fits.
   */
  public static String misfit(final Object schema, final Object value) {
    return misfit(schema, value, 0);
  }

  private static String misfit(final Object schema, final Object value, final int depth) {
    if (!(schema instanceof Map<?, ?> rules) || depth > DEEPEST) {
      return null;
    }
    if (value == null) {
      return isOfType(rules.get("type"), null) ? null : "must not be null";
    }
    if (!isOfType(rules.get("type"), value)) {
      return "must be " + typeName(rules.get("type")) + ", not " + shown(value);
    }
    if (rules.get("enum") instanceof List<?> choices && !choices.contains(value)) {
      return "must be one of " + choices + ", not " + shown(value);
    }
    return switch (value) {
      case Number number -> outOfRange(rules, "imum", number.doubleValue(), shown(value));
      case String text -> {
        final String misfit = outOfRange(rules, "Length", text.length(), text.length() + "");
        yield misfit == null ? null : misfit + " characters";
      }
      case List<?> list -> inList(rules.get("items"), list, depth);
      case Map<?, ?> map -> inMap(rules, map, depth);
      default -> null;
    };
  }

  private static String outOfRange(
      final Map<?, ?> rules, final String what, final double value, final String shown) {
    if (rules.get("min" + what) instanceof Number least && value < least.doubleValue()) {
      return "must be at least " + least + ", not " + shown;
    }
    if (rules.get("max" + what) instanceof Number most && value > most.doubleValue()) {
      return "must be at most " + most + ", not " + shown;
    }
    return null;
  }

  private static String inList(final Object items, final List<?> list, final int depth) {
    for (final Object item : list) {
      final String misfit = misfit(items, item, depth + 1);
      if (misfit != null) {
        return "has an item that " + misfit;
      }
    }
    return null;
  }

  private static String inMap(final Map<?, ?> rules, final Map<?, ?> map, final int depth) {
    if (rules.get("required") instanceof List<?> required) {
      for (final Object name : required) {
        if (!map.containsKey(name)) {
          return "needs " + name;
        }
      }
    }
    if (rules.get("properties") instanceof Map<?, ?> properties) {
      for (final Map.Entry<?, ?> entry : map.entrySet()) {
        final String misfit = misfit(properties.get(entry.getKey()), entry.getValue(), depth + 1);
        if (misfit != null) {
          return "has a " + entry.getKey() + " that " + misfit;
        }
      }
    }
    return null;
  }

  private static boolean isOfType(final Object type, final Object value) {
    if (type instanceof List<?> names) {
      return names.stream().anyMatch(name -> isOfType(name, value));
    }
    return !(type instanceof String name) || hasType(name, value);
  }

  private static boolean hasType(final String type, final Object value) {
    return switch (type) {
      case "string" -> value instanceof String;
      case "boolean" -> value instanceof Boolean;
      case "integer" -> value instanceof Integer || value instanceof Long;
      case "number" -> value instanceof Number;
      case "array" -> value instanceof List<?>;
      case "object" -> value instanceof Map<?, ?>;
      case "null" -> value == null;
      default -> true;
    };
  }

  private static String typeName(final Object type) {
    return type instanceof List<?> names
        ? String.join(" or ", names.stream().map(String::valueOf).toList())
        : String.valueOf(type);
  }

  private static String shown(final Object value) {
    final String text = String.valueOf(value);
    return text.length() <= LONGEST_SHOWN_CHARS
        ? text
        : text.substring(0, LONGEST_SHOWN_CHARS) + "...";
  }
}
