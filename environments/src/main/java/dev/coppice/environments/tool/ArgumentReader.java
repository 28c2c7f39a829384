package dev.coppice.environments.tool;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Reads JSON arguments into a record.
 *
 * @param <A> the type of the record.
 * @thread immutable, any thread
 */
final class ArgumentReader<A extends Record> {
  private final String tool;
  private final ArgumentList arguments;
  private final Constructor<A> constructor;

  /** Fails if the record has a component that cannot be read or has no description. */
  ArgumentReader(final String tool, final Class<A> type) {
    this.tool = tool;
    arguments = ArgumentList.of(tool, type);
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
    return arguments.names();
  }

  Map<String, Object> schema() {
    return arguments.schema();
  }

  A read(final Map<?, ?> given) throws ToolException {
    final Object[] values = arguments.read(given);
    try {
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("arguments were refused: tool=" + tool, e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("arguments cannot be read: tool=" + tool, e);
    }
  }
}
