package dev.coppice.chat.call;

import dev.coppice.chat.value.Arithmetic;
import dev.coppice.chat.value.None;
import dev.coppice.chat.value.Ordering;
import dev.coppice.chat.value.PythonText;
import dev.coppice.chat.value.SafeText;
import dev.coppice.chat.value.TemplateException;
import dev.coppice.chat.value.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes JSON character for character as Python's {@code json.dumps} does.
 *
 * @thread one at a time.
 */
public final class JsonPrinter {
  private static final int LONGEST = 1 << 24;
  private static final int DEEPEST = 128;

  private final StringBuilder out = new StringBuilder();
  private final boolean ascii;
  private final boolean sorted;
  private final String indent;
  private final String comma;
  private final String colon;

  private JsonPrinter(final Arguments args) {
    ascii = args.flag(0, "ensure_ascii");
    final Object step = args.get(1, "indent", None.NONE);
    indent = step == None.NONE ? null : step instanceof String s ? s : spaces(step);
    final Object marks = args.get(2, "separators", None.NONE);
    if (marks == None.NONE) {
      comma = indent == null ? ", " : ",";
      colon = ": ";
    } else {
      final List<?> both = marks instanceof Tuple tuple ? tuple.items() : (List<?>) marks;
      comma = PythonText.str(both.get(0));
      colon = PythonText.str(both.get(1));
    }
    sorted = args.flag(3, "sort_keys");
  }

  private static String spaces(final Object count) {
    return " ".repeat(Math.clamp(Arithmetic.index(count), 0, 256));
  }

  /**
   * Writes a value.
   *
   * @param value of JSON types; tuples are arrays.
   * @param args {@code ensure_ascii=False, indent=None, separators=None, sort_keys=False}.
   * @return the text.
   */
  public static String dumps(final Object value, final Arguments args) {
    final JsonPrinter json =
        new JsonPrinter(args.expect("tojson", "ensure_ascii", "indent", "separators", "sort_keys"));
    json.write(value, 0);
    return json.out.toString();
  }

  private void write(final Object value, final int depth) {
    if (out.length() > LONGEST || depth > DEEPEST) {
      throw new TemplateException("JSON is too large: length=" + out.length() + " depth=" + depth);
    }
    switch (value) {
      case String text -> quote(text);
      case SafeText safe -> quote(safe.text());
      case None none -> out.append("null");
      case Boolean b -> out.append(b.booleanValue());
      case Double d -> out.append(real(d));
      case List<?> list -> array(list, depth);
      case Tuple tuple -> array(tuple.items(), depth);
      case Map<?, ?> map -> object(map, depth);
      default -> {
        if (!Arithmetic.isInteger(value)) {
          throw new TemplateException(
              "Object of type " + PythonText.typeName(value) + " is not JSON serializable");
        }
        out.append(value);
      }
    }
  }

  private static String real(final double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    return Double.isInfinite(value)
        ? (value > 0 ? "Infinity" : "-Infinity")
        : PythonText.real(value);
  }

  private void array(final List<?> items, final int depth) {
    if (items.isEmpty()) {
      out.append("[]");
      return;
    }
    out.append('[');
    for (int i = 0; i < items.size(); i++) {
      out.append(i == 0 ? "" : comma);
      line(depth + 1);
      write(items.get(i), depth + 1);
    }
    line(depth);
    out.append(']');
  }

  private void object(final Map<?, ?> map, final int depth) {
    if (map.isEmpty()) {
      out.append("{}");
      return;
    }
    final List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
    if (sorted) {
      entries.sort((a, b) -> Ordering.compare(a.getKey(), b.getKey()));
    }
    out.append('{');
    for (int i = 0; i < entries.size(); i++) {
      out.append(i == 0 ? "" : comma);
      line(depth + 1);
      quote(key(entries.get(i).getKey()));
      out.append(colon);
      write(entries.get(i).getValue(), depth + 1);
    }
    line(depth);
    out.append('}');
  }

  private static String key(final Object key) {
    return switch (key) {
      case String text -> text;
      case None none -> "null";
      case Boolean b -> b.toString();
      case Double d -> real(d);
      default -> {
        if (!Arithmetic.isInteger(key)) {
          throw new TemplateException(
              "keys must be str, int, float, bool or None, not " + PythonText.typeName(key));
        }
        yield key.toString();
      }
    };
  }

  private void line(final int depth) {
    if (indent != null) {
      out.append('\n').append(indent.repeat(depth));
    }
  }

  private void quote(final String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      final char character = text.charAt(i);
      switch (character) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\f' -> out.append("\\f");
        case '\b' -> out.append("\\b");
        default -> {
          if (character < ' ' || ascii && character > '~') {
            out.append("\\u%04x".formatted((int) character));
          } else {
            out.append(character);
          }
        }
      }
    }
    out.append('"');
  }
}
