package dev.coppice.chat.value;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Compares values as Python does. */
public final class Ordering {
  private static final int DEEPEST = 64;

  private Ordering() {}

  /**
   * Compares for equality; numbers of all types by value.
   *
   * @param left any.
   * @param right any.
   * @return Python's {@code ==}.
   */
  public static boolean equal(final Object left, final Object right) {
    return equal(SafeText.plain(left), SafeText.plain(right), 0);
  }

  private static boolean equal(final Object left, final Object right, final int depth) {
    if (depth > DEEPEST) {
      throw new TemplateException("values are nested too deeply to compare: depth=" + depth);
    }
    if (Arithmetic.isNumber(left) && Arithmetic.isNumber(right)) {
      return !isNan(left) && !isNan(right) && Arithmetic.compare(left, right) == 0;
    }
    if (left instanceof List<?> a && right instanceof List<?> b) {
      return left instanceof IntRange == right instanceof IntRange && equal(a, b, depth);
    }
    if (left instanceof Tuple a && right instanceof Tuple b) {
      return equal(a.items(), b.items(), depth);
    }
    if (left instanceof Map<?, ?> a && right instanceof Map<?, ?> b) {
      return equal(a, b, depth);
    }
    if (left instanceof Undefined) {
      return right instanceof Undefined;
    }
    return Objects.equals(left, right);
  }

  private static boolean equal(final List<?> a, final List<?> b, final int depth) {
    if (a.size() != b.size()) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      if (!equal(a.get(i), b.get(i), depth + 1)) {
        return false;
      }
    }
    return true;
  }

  private static boolean equal(final Map<?, ?> a, final Map<?, ?> b, final int depth) {
    if (a.size() != b.size()) {
      return false;
    }
    for (final Map.Entry<?, ?> entry : a.entrySet()) {
      final Object other = b.get(entry.getKey());
      if (other == null || !equal(entry.getValue(), other, depth + 1)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isNan(final Object value) {
    return value instanceof Double d && d.isNaN();
  }

  /**
   * Orders two values.
   *
   * @param left text, number or sequence.
   * @param right of the same kind.
   * @return the sign of their difference.
   */
  public static int compare(final Object left, final Object right) {
    if (left instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (right instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (Arithmetic.isNumber(left) && Arithmetic.isNumber(right)) {
      return Arithmetic.compare(left, right);
    }
    if (left instanceof String a && right instanceof String b) {
      return compareText(a, b);
    }
    if (left instanceof List<?> a && right instanceof List<?> b) {
      return compare(a, b);
    }
    if (left instanceof Tuple a && right instanceof Tuple b) {
      return compare(a.items(), b.items());
    }
    throw new TemplateException(
        "'<' not supported between instances of '%s' and '%s'"
            .formatted(PythonText.typeName(left), PythonText.typeName(right)));
  }

  private static int compare(final List<?> a, final List<?> b) {
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      if (!equal(a.get(i), b.get(i))) {
        return compare(a.get(i), b.get(i));
      }
    }
    return Integer.compare(a.size(), b.size());
  }

  /** Orders by code points; UTF-16 units would put an emoji before a private-use character. */
  private static int compareText(final String a, final String b) {
    int i = 0;
    while (i < a.length() && i < b.length()) {
      final int left = a.codePointAt(i);
      final int right = b.codePointAt(i);
      if (left != right) {
        return Integer.compare(left, right);
      }
      i += Character.charCount(left);
    }
    return Integer.compare(a.length(), b.length());
  }

  /**
   * Looks for a value in another.
   *
   * @param item looked for.
   * @param container text, sequence or dictionary.
   * @return Python's {@code in}.
   */
  public static boolean contains(final Object item, final Object container) {
    if (SafeText.plain(container) instanceof String text) {
      if (SafeText.plain(item) instanceof String part) {
        return text.contains(part);
      }
      throw new TemplateException(
          "'in <string>' requires string as left operand, not " + PythonText.typeName(item));
    }
    if (container instanceof Map<?, ?> map) {
      return Sequences.find(map, item) != null;
    }
    for (final Object other : Sequences.iterate(container)) {
      if (equal(item, other)) {
        return true;
      }
    }
    return false;
  }
}
