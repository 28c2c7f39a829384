package dev.coppice.chat.value;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Walks, measures and indexes values as Python does; text by code points. */
public final class Sequences {
  private Sequences() {}

  /**
   * Returns whether a value counts as true.
   *
   * @param value any.
   * @return Python's {@code bool(value)}.
   */
  public static boolean truth(final Object value) {
    return switch (value) {
      case Boolean b -> b;
      case None none -> false;
      case Undefined undefined -> false;
      case String text -> !text.isEmpty();
      case SafeText safe -> !safe.text().isEmpty();
      case Double d -> d != 0;
      case List<?> list -> !list.isEmpty();
      case Map<?, ?> map -> !map.isEmpty();
      case Tuple tuple -> !tuple.items().isEmpty();
      case DictView view -> !view.items().isEmpty();
      default -> !Arithmetic.isInteger(value) || Arithmetic.integer(value).signum() != 0;
    };
  }

  /**
   * Returns whether a value can be walked.
   *
   * @param value any.
   * @return true if {@link #iterate} takes it.
   */
  public static boolean isIterable(final Object value) {
    return value instanceof String
        || value instanceof Iterable<?>
        || value instanceof Map<?, ?>
        || value instanceof Tuple
        || value instanceof DictView
        || value instanceof Undefined;
  }

  /**
   * Walks a value.
   *
   * @param value a sequence, dictionary, text or iterator.
   * @return its items; a dictionary's keys, a text's characters.
   */
  @SuppressWarnings("unchecked")
  public static Iterable<Object> iterate(final Object value) {
    return switch (value) {
      case Iterable<?> items -> (Iterable<Object>) items;
      case Tuple tuple -> tuple.items();
      case Map<?, ?> map -> (Iterable<Object>) map.keySet();
      case DictView view -> view.items();
      case Undefined undefined -> List.of();
      case String text -> characters(text);
      case SafeText safe -> characters(safe.text());
      default ->
          throw new TemplateException(
              "'" + PythonText.typeName(value) + "' object is not iterable");
    };
  }

  private static List<Object> characters(final String text) {
    final List<Object> characters = new ArrayList<>(text.length());
    for (int i = 0; i < text.length(); ) {
      final int next = text.offsetByCodePoints(i, 1);
      characters.add(text.substring(i, next));
      i = next;
    }
    return characters;
  }

  /**
   * Copies the items of a value.
   *
   * @param value that can be walked.
   * @return a new list.
   */
  public static List<Object> list(final Object value) {
    final List<Object> list = new ArrayList<>();
    iterate(value).forEach(list::add);
    return list;
  }

  /**
   * Measures a value.
   *
   * @param value with a length.
   * @return Python's {@code len(value)}.
   */
  public static int length(final Object value) {
    return switch (value) {
      case String text -> text.codePointCount(0, text.length());
      case List<?> list -> list.size();
      case Map<?, ?> map -> map.size();
      case Tuple tuple -> tuple.items().size();
      case DictView view -> view.items().size();
      case Undefined undefined -> 0;
      default ->
          throw new TemplateException(
              "object of type '" + PythonText.typeName(value) + "' has no len()");
    };
  }

  /**
   * Finds a key; 1, 1.0 and true are one key.
   *
   * @param map to look in.
   * @param key looked for.
   * @return the value, or null.
   */
  public static Object find(final Map<?, ?> map, final Object key) {
    if (!Arithmetic.isNumber(key)) {
      return map.get(key);
    }
    for (final Map.Entry<?, ?> entry : map.entrySet()) {
      if (Ordering.equal(entry.getKey(), key)) {
        return entry.getValue();
      }
    }
    return null;
  }

  /**
   * Indexes a value.
   *
   * @param value text, sequence or dictionary.
   * @param key index, slice or key.
   * @return the item, or null where Python raises.
   */
  public static Object item(final Object value, final Object key) {
    if (value instanceof Map<?, ?> map) {
      return find(map, key);
    }
    if (key instanceof SliceKey slice) {
      return slice(value, slice);
    }
    if (!Arithmetic.isInteger(key)) {
      return null;
    }
    final int index = Arithmetic.index(key);
    return switch (value) {
      case String text -> character(text, index);
      case List<?> list -> at(list, index);
      case Tuple tuple -> at(tuple.items(), index);
      default -> null;
    };
  }

  private static Object at(final List<?> list, final int index) {
    final int i = index < 0 ? index + list.size() : index;
    return i < 0 || i >= list.size() ? null : list.get(i);
  }

  private static Object character(final String text, final int index) {
    final int length = length(text);
    final int i = index < 0 ? index + length : index;
    if (i < 0 || i >= length) {
      return null;
    }
    final int from = text.offsetByCodePoints(0, i);
    return text.substring(from, text.offsetByCodePoints(from, 1));
  }

  private static Object slice(final Object value, final SliceKey key) {
    return switch (value) {
      case String text -> {
        final StringBuilder part = new StringBuilder();
        key.of(characters(text)).forEach(part::append);
        yield part.toString();
      }
      case List<?> list -> key.of(list);
      case Tuple tuple -> new Tuple(key.of(tuple.items()));
      default -> null;
    };
  }
}
