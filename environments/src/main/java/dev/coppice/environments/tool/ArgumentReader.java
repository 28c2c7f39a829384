package dev.coppice.environments.tool;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads JSON arguments into a record, and derives the schema that says how to write them. */
final class ArgumentReader {
  private static final int LONGEST_SHOWN_CHARS = 60;

  private ArgumentReader() {}

  /** Fails if the record has a component that cannot be read or has no description. */
  static void check(final String tool, final Class<? extends Record> type) {
    for (final RecordComponent component : type.getRecordComponents()) {
      final Argument argument = component.getAnnotation(Argument.class);
      if (argument == null) {
        throw new IllegalArgumentException(
            "argument is not described: tool=" + tool + " argument=" + component.getName());
      }
      jsonType(component.getGenericType());
      if (!argument.otherwise().startsWith("\0")) {
        fromText(component.getGenericType(), argument.otherwise());
      }
    }
  }

  static List<String> names(final Class<? extends Record> type) {
    return Arrays.stream(type.getRecordComponents()).map(ArgumentReader::name).toList();
  }

  static Map<String, Object> schema(final Class<? extends Record> type) {
    final Map<String, Object> properties = new LinkedHashMap<>();
    final List<String> required = new ArrayList<>();
    for (final RecordComponent component : type.getRecordComponents()) {
      final Argument argument = component.getAnnotation(Argument.class);
      final Map<String, Object> property = new LinkedHashMap<>();
      property.put("type", jsonType(component.getGenericType()));
      property.put("description", argument.value());
      if (component.getType() == List.class) {
        property.put("items", Map.of("type", "string"));
      }
      if (argument.otherwise().equals(Argument.REQUIRED)) {
        required.add(name(component));
      } else if (!argument.otherwise().equals(Argument.NOTHING)) {
        property.put("default", fromText(component.getGenericType(), argument.otherwise()));
      }
      properties.put(name(component), property);
    }
    return Map.of("type", "object", "properties", properties, "required", required);
  }

  static <A extends Record> A read(
      final String tool, final Class<A> type, final Map<?, ?> arguments) throws ToolException {
    final RecordComponent[] components = type.getRecordComponents();
    final List<String> names = names(type);
    for (final Object key : arguments.keySet()) {
      if (!names.contains(key)) {
        throw new ToolException(
            tool + " has no argument " + shown(key) + "; its arguments are " + names);
      }
    }
    final Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      values[i] = value(tool, components[i], arguments);
    }
    return construct(type, values);
  }

  private static Object value(
      final String tool, final RecordComponent component, final Map<?, ?> arguments)
      throws ToolException {
    final Object given = arguments.get(name(component));
    final String otherwise = component.getAnnotation(Argument.class).otherwise();
    if (given == null && otherwise.equals(Argument.REQUIRED)) {
      throw new ToolException(tool + " needs the argument " + name(component));
    }
    if (given == null) {
      return otherwise.equals(Argument.NOTHING)
          ? null
          : fromText(component.getGenericType(), otherwise);
    }
    final Object value = fromJson(component.getGenericType(), given);
    if (value == null) {
      throw new ToolException(
          tool
              + ": "
              + name(component)
              + " must be "
              + jsonType(component.getGenericType())
              + ", not "
              + shown(given));
    }
    return value;
  }

  /** Converts a JSON value, or returns null if it has another type. */
  private static Object fromJson(final Type type, final Object given) {
    if (type == String.class) {
      return given instanceof String text ? text : null;
    }
    if (type == boolean.class) {
      return given instanceof Boolean flag ? flag : null;
    }
    if (type == int.class) {
      return given instanceof Integer number ? number : null;
    }
    if (type == double.class) {
      return given instanceof Number number ? number.doubleValue() : null;
    }
    if (!(given instanceof List<?> list)) {
      return null;
    }
    return list.stream().allMatch(String.class::isInstance)
        ? list.stream().map(String.class::cast).toList()
        : null;
  }

  private static Object fromText(final Type type, final String text) {
    if (type == boolean.class) {
      return Boolean.parseBoolean(text);
    }
    if (type == int.class) {
      return Integer.parseInt(text);
    }
    return type == double.class ? (Object) Double.parseDouble(text) : text;
  }

  private static String jsonType(final Type type) {
    if (type == String.class) {
      return "string";
    }
    if (type == boolean.class) {
      return "boolean";
    }
    if (type == int.class) {
      return "integer";
    }
    if (type == double.class) {
      return "number";
    }
    if (type.getTypeName().equals("java.util.List<java.lang.String>")) {
      return "array";
    }
    throw new IllegalArgumentException("no argument can have this type: type=" + type);
  }

  /** Turns {@code fileName1} into {@code file_name1}. */
  private static String name(final RecordComponent component) {
    return component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }

  private static String shown(final Object value) {
    final String text = String.valueOf(value);
    return text.length() <= LONGEST_SHOWN_CHARS
        ? text
        : text.substring(0, LONGEST_SHOWN_CHARS) + "...";
  }

  private static <A extends Record> A construct(final Class<A> type, final Object[] values) {
    try {
      final Class<?>[] types =
          Arrays.stream(type.getRecordComponents())
              .map(RecordComponent::getType)
              .toArray(Class<?>[]::new);
      final Constructor<A> constructor = type.getDeclaredConstructor(types);
      // The record may be private to the package of its tools.
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("arguments were refused: type=" + type, e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("arguments cannot be read into the record: type=" + type, e);
    }
  }
}
