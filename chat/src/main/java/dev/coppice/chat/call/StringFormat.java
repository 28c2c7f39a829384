package dev.coppice.chat.call;

import dev.coppice.chat.value.Arithmetic;
import dev.coppice.chat.value.PythonText;
import dev.coppice.chat.value.Sequences;
import dev.coppice.chat.value.TemplateException;
import dev.coppice.chat.value.Tuple;
import dev.coppice.chat.value.Undefined;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Fills {@code %s} and {@code {}} fields; conversions that no template needs are refused by name. */
public final class StringFormat {
  private static final Pattern PERCENT =
      Pattern.compile("%(?:\\((\\w+)\\))?([-0 ]*)(\\d*)(?:\\.(\\d+))?([a-zA-Z%])");
  private static final Pattern FIELD =
      Pattern.compile(
          "\\{\\{|\\}\\}|\\{(\\w*)((?:\\.\\w+|\\[[^\\]{}]+\\])*)(?:!([rs]))?(?::([^{}]*))?\\}");
  private static final Pattern SPEC =
      Pattern.compile("(?:(.)?([<>^]))?(0?)(\\d*)(?:\\.(\\d+))?([sdf]?)");
  private static final int WIDEST = 10_000;

  private StringFormat() {}

  /**
   * Fills the fields of {@code text % values}.
   *
   * @param text with fields.
   * @param values a tuple, a dictionary or one value.
   * @return the text.
   */
  public static String percent(final String text, final Object values) {
    final List<?> items = values instanceof Tuple tuple ? tuple.items() : List.of(values);
    final Matcher fields = PERCENT.matcher(text);
    final StringBuilder out = new StringBuilder();
    int next = 0;
    int from = 0;
    for (int at = text.indexOf('%'); at >= 0; at = text.indexOf('%', from)) {
      if (!fields.find(at) || fields.start() != at) {
        throw new TemplateException("unsupported format field at " + text.substring(at));
      }
      out.append(text, from, at);
      from = fields.end();
      if (fields.group(5).equals("%")) {
        out.append('%');
      } else if (fields.group(1) != null) {
        final Object named = Attributes.item(values, fields.group(1));
        out.append(convert(fields, named));
      } else if (next < items.size()) {
        out.append(convert(fields, items.get(next++)));
      } else {
        throw new TemplateException("not enough arguments for format string");
      }
    }
    if (next < items.size() && !(values instanceof Map<?, ?>)) {
      throw new TemplateException("not all arguments converted during string formatting");
    }
    return out.append(text, from, text.length()).toString();
  }

  private static String convert(final Matcher field, final Object value) {
    final String digits = field.group(4);
    final String body =
        switch (field.group(5)) {
          case "s" -> cut(PythonText.str(value), digits);
          case "r" -> cut(PythonText.repr(value), digits);
          case "d", "i" -> wholeNumber(value);
          case "f" -> fixed(Arithmetic.real(value), digits == null ? 6 : width(digits));
          default -> throw new TemplateException("unsupported format field %" + field.group(5));
        };
    final int width = width(field.group(3));
    final int missing = Math.max(0, width - Sequences.length(body));
    if (field.group(2).contains("-")) {
      return body + " ".repeat(missing);
    }
    final boolean zeros = field.group(2).contains("0") && Arithmetic.isNumber(value);
    return zeros
        ? (String) StringMethods.call(body, "zfill", (long) width)
        : " ".repeat(missing) + body;
  }

  private static int width(final String digits) {
    final String value = digits.replaceFirst("^0+", "");
    if (value.length() > 5 || !value.isEmpty() && Integer.parseInt(value) > WIDEST) {
      throw new TemplateException("a number of a format field is too large: " + digits);
    }
    return value.isEmpty() ? 0 : Integer.parseInt(value);
  }

  private static String wholeNumber(final Object value) {
    return value instanceof Double d
        ? new BigDecimal(d).setScale(0, RoundingMode.DOWN).toPlainString()
        : Arithmetic.integer(value).toString();
  }

  private static String fixed(final double value, final int digits) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return PythonText.real(value);
    }
    final String text =
        new BigDecimal(value).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
    return value < 0 && !text.startsWith("-") ? "-" + text : text;
  }

  /** Fills the fields of {@code text.format(...)}. */
  static String format(final String text, final Arguments args) {
    final Matcher fields = FIELD.matcher(text);
    final StringBuilder out = new StringBuilder();
    int from = 0;
    int next = 0;
    boolean numbered = false;
    while (fields.find()) {
      plain(text.substring(from, fields.start()), out);
      from = fields.end();
      if (fields.group(1) == null) {
        out.append(fields.group().charAt(0));
        continue;
      }
      final String name = fields.group(1);
      numbered |= !name.isEmpty() && Character.isDigit(name.charAt(0));
      if (numbered && (next > 0 || name.isEmpty())) {
        throw new TemplateException("cannot mix {} and numbered fields: " + text);
      }
      Object value =
          name.isEmpty() || Character.isDigit(name.charAt(0))
              ? positional(args, name.isEmpty() ? next++ : width(name))
              : args.named().get(name);
      if (value == null) {
        throw new TemplateException("format has no argument '" + name + "'");
      }
      value = path(value, fields.group(2));
      final Object shown = "r".equals(fields.group(3)) ? PythonText.repr(value) : value;
      out.append(spec(shown, fields.group(4) == null ? "" : fields.group(4)));
    }
    plain(text.substring(from), out);
    return out.toString();
  }

  private static Object positional(final Arguments args, final int index) {
    if (index >= args.positional().size()) {
      throw new TemplateException("format has no argument " + index);
    }
    return args.positional().get(index);
  }

  private static void plain(final String text, final StringBuilder out) {
    if (text.indexOf('{') >= 0 || text.indexOf('}') >= 0) {
      throw new TemplateException("unsupported format field in " + text);
    }
    out.append(text);
  }

  private static Object path(final Object value, final String steps) {
    Object at = value;
    for (final String step : steps.split("[.\\[\\]]+")) {
      if (!step.isEmpty()) {
        final boolean number = step.chars().allMatch(Character::isDigit);
        at = Attributes.item(at, number ? (Object) (long) width(step) : step);
      }
    }
    if (at instanceof Undefined undefined) {
      throw undefined.failure();
    }
    return at;
  }

  private static String spec(final Object value, final String spec) {
    final Matcher parts = SPEC.matcher(spec);
    if (!parts.matches()) {
      throw new TemplateException("unsupported format specification: " + spec);
    }
    final String digits = parts.group(5);
    final String body =
        switch (parts.group(6)) {
          case "d" -> wholeNumber(value);
          case "f" -> fixed(Arithmetic.real(value), digits == null ? 6 : width(digits));
          default -> cut(PythonText.str(value), digits);
        };
    final int width = width(parts.group(4));
    if (!parts.group(3).isEmpty()) {
      return (String) StringMethods.call(body, "zfill", (long) width);
    }
    final boolean number = Arithmetic.isNumber(value) && !(value instanceof Boolean);
    final String align = parts.group(2) == null ? (number ? ">" : "<") : parts.group(2);
    final String fill = parts.group(1) == null ? " " : parts.group(1);
    final int missing = Math.max(0, width - Sequences.length(body));
    final int left =
        switch (align) {
          case "<" -> 0;
          case ">" -> missing;
          default -> missing / 2;
        };
    return fill.repeat(left) + body + fill.repeat(missing - left);
  }

  private static String cut(final String text, final String digits) {
    if (digits == null || Sequences.length(text) <= width(digits)) {
      return text;
    }
    return text.substring(0, text.offsetByCodePoints(0, width(digits)));
  }
}
