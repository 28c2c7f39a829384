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

/**
 * Reads JSON arguments into a record, and derives the schema that says how to write them.
 *
 * @param <A> the type of the record.
 * @thread immutable, any thread
 */
final class ArgumentReader<A extends Record> {
  private static final int LONGEST_SHOWN_CHARS = 60;

  private final String tool;
  private final List<Component> components = new ArrayList<>();
  private final List<String> names = new ArrayList<>();
  private final Constructor<A> constructor;

  /** Fails if the record has a component that cannot be read or has no description. */
  ArgumentReader(final String tool, final Class<A> type) {
    this.tool = tool;
    for (final RecordComponent component : type.getRecordComponents()) {
      final Argument argument = component.getAnnotation(Argument.class);
      if (argument == null) {
        throw new IllegalArgumentException(
            "argument is not described: tool=" + tool + " argument=" + component.getName());
      }
      components.add(Component.of(component, argument));
      names.add(components.getLast().name());
    }
    constructor = constructor(type);
  }

  private static <A extends Record> Constructor<A> constructor(final Class<A> type) {
    try {
      final Class<?>[] types =
          Arrays.stream(type.getRecordComponents())
              .map(RecordComponent::getType)
              .toArray(Class<?>[]::new);
      final Constructor<A> constructor = type.getDeclaredConstructor(types);
      // The record may be private to the package of its tools.
      constructor.setAccessible(true);
      return constructor;
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("a record has a canonical constructor: type=" + type, e);
    }
  }

  List<String> names() {
    return List.copyOf(names);
  }

  Map<String, Object> schema() {
    final Map<String, Object> properties = new LinkedHashMap<>();
    final List<String> required = new ArrayList<>();
    for (final Component component : components) {
      final Map<String, Object> property = new LinkedHashMap<>();
      property.put("type", component.jsonType());
      property.put("description", component.description());
      if (component.jsonType().equals("array")) {
        property.put("items", Map.of("type", "string"));
      }
      if (component.isRequired()) {
        required.add(component.name());
      } else if (component.otherwise() != null) {
        property.put("default", component.otherwise());
      }
      properties.put(component.name(), property);
    }
    return Map.of("type", "object", "properties", properties, "required", required);
  }

  A read(final Map<?, ?> arguments) throws ToolException {
    for (final Object key : arguments.keySet()) {
      if (!names.contains(key)) {
        throw new ToolException(
            tool + " has no argument " + shown(key) + "; its arguments are " + names);
      }
    }
    final Object[] values = new Object[components.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = value(components.get(i), arguments);
    }
    try {
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("arguments were refused: tool=" + tool, e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("arguments cannot be read: tool=" + tool, e);
    }
  }

  private Object value(final Component component, final Map<?, ?> arguments) throws ToolException {
    final Object given = arguments.get(component.name());
    if (given == null && component.isRequired()) {
      throw new ToolException(tool + " needs the argument " + component.name());
    }
    if (given == null) {
      return component.otherwise();
    }
    final Object value = component.fromJson(given);
    if (value == null) {
      throw new ToolException(
          tool
              + ": "
              + component.name()
              + " must be "
              + component.jsonType()
              + ", not "
              + shown(given));
    }
    return value;
  }

  private static String shown(final Object value) {
    final String text = String.valueOf(value);
    return text.length() <= LONGEST_SHOWN_CHARS
        ? text
        : text.substring(0, LONGEST_SHOWN_CHARS) + "...";
  }

  /** Describes one component of the record as JSON knows it. */
  private record Component(
      String name, String jsonType, String description, boolean isRequired, Object otherwise) {

    static Component of(final RecordComponent component, final Argument argument) {
      final String jsonType = jsonType(component.getGenericType());
      final boolean hasValue = !argument.otherwise().startsWith("\0");
      return new Component(
          // fileName1 becomes file_name1.
          component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT),
          jsonType,
          argument.value(),
          argument.otherwise().equals(Argument.REQUIRED),
          hasValue ? fromText(jsonType, argument.otherwise()) : null);
    }

    private static String jsonType(final Type type) {
      return switch (type.getTypeName()) {
        case "java.lang.String" -> "string";
        case "boolean" -> "boolean";
        case "int" -> "integer";
        case "double" -> "number";
        case "java.util.List<java.lang.String>" -> "array";
        default ->
            throw new IllegalArgumentException("no argument can have this type: type=" + type);
      };
    }

    private static Object fromText(final String jsonType, final String text) {
      return switch (jsonType) {
        case "boolean" -> Boolean.valueOf(text);
        case "integer" -> Integer.valueOf(text);
        case "number" -> Double.valueOf(text);
        default -> text;
      };
    }

    /** Converts a JSON value, or returns null if it has another type. */
    Object fromJson(final Object given) {
      return switch (jsonType) {
        case "string" -> given instanceof String text ? text : null;
        case "boolean" -> given instanceof Boolean flag ? flag : null;
        case "integer" -> given instanceof Integer number ? number : null;
        case "number" -> given instanceof Number number ? (Object) number.doubleValue() : null;
        default ->
            given instanceof List<?> list && list.stream().allMatch(String.class::isInstance)
                ? list.stream().map(String.class::cast).toList()
                : null;
      };
    }
  }
}
