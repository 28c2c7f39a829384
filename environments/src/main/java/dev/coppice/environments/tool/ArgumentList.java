package dev.coppice.environments.tool;

import dev.coppice.environments.schema.ToolSchema;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads JSON arguments into typed values, and derives the schema that says how to write them.
 *
 * @thread immutable, any thread
 */
public final class ArgumentList {
  private final String tool;
  private final List<Typed> arguments;
  private final Map<String, Object> schema;
  private final ToolSchema check;

  private ArgumentList(final String tool, final List<Typed> arguments) {
    this.tool = tool;
    this.arguments = List.copyOf(arguments);
    this.schema = derived(arguments);
    this.check = ToolSchema.ofArguments(tool, schema);
  }

  /**
   * Takes the components of a record.
   *
   * @param tool the name of the tool.
   * @param type whose components all have an {@link Argument}.
   * @return the list.
   * @throws IllegalArgumentException if a component has a type no JSON has or is not described.
   */
  public static ArgumentList of(final String tool, final Class<? extends Record> type) {
    final List<Typed> arguments = new ArrayList<>();
    for (final RecordComponent component : type.getRecordComponents()) {
      arguments.add(Typed.of(tool, component, component.getName(), component.getGenericType()));
    }
    return new ArgumentList(tool, arguments);
  }

  /**
   * Takes the parameters of a method from one on.
   *
   * @param tool the name of the tool.
   * @param method whose parameters all have an {@link Argument}.
   * @param first the place of the first parameter that is an argument.
   * @return the list.
   * @throws IllegalArgumentException if a parameter has a type no JSON has, is not described, or has
   *     no name because the class was compiled without {@code -parameters}.
   */
  public static ArgumentList of(final String tool, final Method method, final int first) {
    final List<Typed> arguments = new ArrayList<>();
    final Parameter[] parameters = method.getParameters();
    for (int i = first; i < parameters.length; i++) {
      final Argument argument = parameters[i].getAnnotation(Argument.class);
      final String name = argument == null ? "" : argument.name();
      if (name.isEmpty() && !parameters[i].isNamePresent()) {
        throw new IllegalArgumentException(
            "an argument has no name; give @Argument a name or compile with -parameters: tool="
                + tool
                + " place="
                + i);
      }
      final String given = name.isEmpty() ? parameters[i].getName() : name;
      arguments.add(Typed.of(tool, parameters[i], given, method.getGenericParameterTypes()[i]));
    }
    return new ArgumentList(tool, arguments);
  }

  private static Map<String, Object> derived(final List<Typed> arguments) {
    final Map<String, Object> properties = new LinkedHashMap<>();
    final List<String> required = new ArrayList<>();
    for (final Typed argument : arguments) {
      properties.put(argument.name(), argument.property());
      if (argument.described().defaultValue().equals(Argument.REQUIRED)) {
        required.add(argument.name());
      }
    }
    final Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "object");
    schema.put("properties", properties);
    schema.put("required", required);
    return schema;
  }

  /**
   * Lists the names.
   *
   * @return the names in order.
   */
  public List<String> names() {
    return arguments.stream().map(Typed::name).toList();
  }

  /**
   * Returns the JSON schema.
   *
   * @return an object with {@code properties} and {@code required}.
   */
  public Map<String, Object> schema() {
    return schema;
  }

  /**
   * Reads arguments.
   *
   * @param given by name.
   * @return one value each, in order; what was left out has its default or is null.
   * @throws ToolException if a name, a type or a range does not fit; the message is for the policy.
   */
  public Object[] read(final Map<?, ?> given) throws ToolException {
    final String refusal = check.refusal(given);
    if (refusal != null) {
      throw new ToolException(refusal);
    }
    final Object[] values = new Object[arguments.size()];
    for (int i = 0; i < values.length; i++) {
      final Typed argument = arguments.get(i);
      final Object value = given.get(argument.name());
      values[i] = value == null ? argument.otherwise() : argument.fromJson(value);
      if (value != null && values[i] == null) {
        throw new ToolException(
            tool + ": " + argument.name() + " must be " + argument.jsonType() + ", not " + value);
      }
    }
    return values;
  }

  /** Describes one argument as JSON knows it. */
  private record Typed(String name, String jsonType, Argument described, Object otherwise) {

    static Typed of(
        final String tool, final AnnotatedElement element, final String name, final Type type) {
      final Argument argument = element.getAnnotation(Argument.class);
      if (argument == null) {
        throw new IllegalArgumentException(
            "argument is not described: tool=" + tool + " argument=" + name);
      }
      final String jsonType = jsonType(type);
      final boolean hasValue = !argument.defaultValue().startsWith("\0");
      return new Typed(
          // fileName1 becomes file_name1.
          name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT),
          jsonType,
          argument,
          hasValue ? fromText(jsonType, argument.defaultValue()) : null);
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

    Map<String, Object> property() {
      final Map<String, Object> property = new LinkedHashMap<>();
      property.put("type", jsonType);
      property.put("description", described.value());
      if (jsonType.equals("array")) {
        property.put("items", Map.of("type", "string"));
      }
      if (described.choices().length > 0) {
        property.put("enum", List.of(described.choices()));
      }
      if (described.min() > Double.NEGATIVE_INFINITY) {
        property.put("minimum", number(described.min()));
      }
      if (described.max() < Double.POSITIVE_INFINITY) {
        property.put("maximum", number(described.max()));
      }
      if (otherwise != null) {
        property.put("default", otherwise);
      }
      return property;
    }

    private Number number(final double value) {
      return jsonType.equals("integer") ? (Number) (int) value : (Number) value;
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
