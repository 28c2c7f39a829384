package dev.coppice.chat.value;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Writes values as Python's {@code str} and {@code repr} do. */
public final class PythonText {
  private PythonText() {}

  /**
   * Writes a value for printing.
   *
   * @param value any.
   * @return Python's {@code str(value)}.
   */
  public static String str(final Object value) {
    return switch (value) {
      case String text -> text;
      case Undefined undefined -> "";
      case SafeText safe -> safe.text();
      default -> repr(value);
    };
  }

  /**
   * Writes a value as source.
   *
   * @param value any.
   * @return Python's {@code repr(value)}.
   */
  public static String repr(final Object value) {
    final StringBuilder out = new StringBuilder();
    write(value, out);
    return out.toString();
  }

  private static void write(final Object value, final StringBuilder out) {
    Arithmetic.size(out.length());
    switch (value) {
      case String text -> quote(text, out);
      case SafeText safe -> {
        out.append("Markup(");
        quote(safe.text(), out);
        out.append(')');
      }
      case None none -> out.append("None");
      case Boolean b -> out.append(b ? "True" : "False");
      case Double d -> out.append(real(d));
      case Undefined undefined -> out.append("Undefined");
      case IntRange range -> out.append(range);
      case List<?> list -> items("[", list, "]", out);
      case Tuple tuple -> items("(", tuple.items(), tuple.items().size() == 1 ? ",)" : ")", out);
      case Map<?, ?> map -> entries(map, out);
      case DictView view -> items("dict_" + view.kind() + "([", view.items(), "])", out);
      case Namespace namespace -> {
        out.append("<Namespace ");
        entries(namespace.values(), out);
        out.append('>');
      }
      default -> out.append(Arithmetic.isInteger(value) ? value : "<" + typeName(value) + ">");
    }
  }

  private static void items(
      final String open, final List<?> items, final String close, final StringBuilder out) {
    out.append(open);
    for (int i = 0; i < items.size(); i++) {
      if (i > 0) {
        out.append(", ");
      }
      write(items.get(i), out);
    }
    out.append(close);
  }

  private static void entries(final Map<?, ?> map, final StringBuilder out) {
    out.append('{');
    final Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
    while (entries.hasNext()) {
      final Map.Entry<?, ?> entry = entries.next();
      write(entry.getKey(), out);
      out.append(": ");
      write(entry.getValue(), out);
      out.append(entries.hasNext() ? ", " : "");
    }
    out.append('}');
  }

  private static void quote(final String text, final StringBuilder out) {
    final char mark = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    out.append(mark);
    text.codePoints().forEach(character -> escape(character, mark, out));
    out.append(mark);
  }

  private static void escape(final int character, final char mark, final StringBuilder out) {
    switch (character) {
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case '\\' -> out.append("\\\\");
      default -> {
        if (character == mark) {
          out.append('\\').append(mark);
        } else if (isPrintable(character)) {
          out.appendCodePoint(character);
        } else if (character <= 0xff) {
          out.append("\\x%02x".formatted(character));
        } else {
          out.append((character <= 0xffff ? "\\u%04x" : "\\U%08x").formatted(character));
        }
      }
    }
  }

  private static boolean isPrintable(final int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> character == ' ';
      default -> true;
    };
  }

  /**
   * Writes a float: the shortest digits that read back as the same number.
   *
   * @param value any.
   * @return Python's {@code repr(value)}.
   */
  public static String real(final double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    final BigDecimal shortest = shortest(value);
    final String digits = shortest.unscaledValue().abs().toString();
    final int point = digits.length() - shortest.scale();
    final String sign = value < 0 ? "-" : "";
    if (point > 16 || point <= -4) {
      final String mantissa =
          digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
      final int exponent = point - 1;
      return "%s%se%s%02d".formatted(sign, mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
    }
    if (point <= 0) {
      return sign + "0." + "0".repeat(-point) + digits;
    }
    if (point >= digits.length()) {
      return sign + digits + "0".repeat(point - digits.length()) + ".0";
    }
    return sign + digits.substring(0, point) + "." + digits.substring(point);
  }

  /** Finds the shortest digits; Java writes two where one would do, in 4.9E-324. */
  private static BigDecimal shortest(final double value) {
    final BigDecimal one = new BigDecimal(value).round(new MathContext(1));
    return one.doubleValue() == value
        ? one.stripTrailingZeros()
        : new BigDecimal(Double.toString(value)).stripTrailingZeros();
  }

  /**
   * Names the type of a value as Python does.
   *
   * @param value any.
   * @return for example {@code str}.
   */
  public static String typeName(final Object value) {
    return switch (value) {
      case String text -> "str";
      case SafeText safe -> "Markup";
      case None none -> "NoneType";
      case Boolean b -> "bool";
      case Long l -> "int";
      case BigInteger b -> "int";
      case Double d -> "float";
      case IntRange range -> "range";
      case List<?> list -> "list";
      case Tuple tuple -> "tuple";
      case Map<?, ?> map -> "dict";
      case Undefined undefined -> "Undefined";
      case DictView view -> "dict_" + view.kind();
      case PythonIterator lazy -> "generator";
      case Namespace namespace -> "Namespace";
      case SliceKey slice -> "slice";
      default -> "function";
    };
  }
}
