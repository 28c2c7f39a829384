package dev.coppice.chat.gguf;

import dev.coppice.chat.files.ModelFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Holds the named values of a GGUF file.
 *
 * @thread any; immutable.
 */
public final class GgufMetadata {
  private final Path file;
  private final Map<String, Object> values;

  /** Takes whole numbers as Long, others as Double, lists as long[], double[] or List. */
  GgufMetadata(final Path file, final Map<String, Object> values) {
    this.file = file;
    this.values = values;
  }

  /**
   * Returns the file, for messages.
   *
   * @return where the values come from.
   */
  public Path file() {
    return file;
  }

  /**
   * Returns all names.
   *
   * @return the names, in the order of the file.
   */
  public Set<String> keys() {
    return Collections.unmodifiableSet(values.keySet());
  }

  /**
   * Tells whether there is a value.
   *
   * @param key of it.
   * @return true if there is.
   */
  public boolean has(final String key) {
    return values.containsKey(key);
  }

  /**
   * Reads a text.
   *
   * @param key of it.
   * @param otherwise what an absent one stands for.
   * @return the text.
   */
  public String text(final String key, final String otherwise) {
    return get(key, otherwise, String.class, "a text");
  }

  /**
   * Reads a whole number.
   *
   * @param key of it.
   * @param otherwise what an absent one stands for.
   * @return the number.
   */
  public long whole(final String key, final long otherwise) {
    return get(key, otherwise, Long.class, "a whole number");
  }

  /**
   * Reads a number, whole or not.
   *
   * @param key of it.
   * @param otherwise what an absent one stands for.
   * @return the number.
   */
  public double number(final String key, final double otherwise) {
    return get(key, otherwise, Number.class, "a number").doubleValue();
  }

  /**
   * Reads true or false.
   *
   * @param key of it.
   * @param otherwise what an absent one stands for.
   * @return the value.
   */
  public boolean flag(final String key, final boolean otherwise) {
    return get(key, otherwise, Boolean.class, "true or false");
  }

  /**
   * Reads a list of texts.
   *
   * @param key of it.
   * @return the texts; empty where there are none.
   */
  public List<String> texts(final String key) {
    final List<?> list = get(key, List.of(), List.class, "a list of texts");
    if (!list.isEmpty() && !(list.getFirst() instanceof String)) {
      throw wrong(key, "a list of texts");
    }
    return list.stream().map(String.class::cast).toList();
  }

  /**
   * Reads a list of whole numbers.
   *
   * @param key of it.
   * @return the numbers; empty where there are none.
   */
  public long[] wholes(final String key) {
    return get(key, new long[0], long[].class, "a list of whole numbers").clone();
  }

  /**
   * Reads a list of numbers.
   *
   * @param key of it.
   * @return the numbers; empty where there are none.
   */
  public double[] numbers(final String key) {
    return get(key, new double[0], double[].class, "a list of numbers").clone();
  }

  /**
   * Reads a whole number that may be written once or once a layer.
   *
   * @param key of it.
   * @param otherwise what an absent one stands for.
   * @return the number, the same for all layers.
   */
  public long evenly(final String key, final long otherwise) {
    if (!(values.get(key) instanceof long[] each) || each.length == 0) {
      return whole(key, otherwise);
    }
    for (final long one : each) {
      if (one != each[0]) {
        throw new ModelFileException(
            file, "metadata " + key + " differs between layers, which is not supported");
      }
    }
    return each[0];
  }

  private <T> T get(
      final String key, final T otherwise, final Class<T> type, final String expected) {
    final Object value = values.get(key);
    if (value == null) {
      return otherwise;
    }
    if (!type.isInstance(value)) {
      throw wrong(key, expected);
    }
    return type.cast(value);
  }

  private ModelFileException wrong(final String key, final String expected) {
    return new ModelFileException(file, "metadata " + key + " must be " + expected);
  }
}
