package dev.coppice.chat.jinja;

import dev.coppice.chat.call.Arguments;
import dev.coppice.chat.call.Attributes;
import dev.coppice.chat.call.JsonPrinter;
import dev.coppice.chat.call.StringFormat;
import dev.coppice.chat.call.StringMethods;
import dev.coppice.chat.value.Arithmetic;
import dev.coppice.chat.value.None;
import dev.coppice.chat.value.PythonText;
import dev.coppice.chat.value.SafeText;
import dev.coppice.chat.value.Sequences;
import dev.coppice.chat.value.TemplateException;
import dev.coppice.chat.value.Tuple;
import dev.coppice.chat.value.Undefined;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/** Holds the filters; those of sequences are in {@link SequenceFilters}. */
final class Filters {
  private static final Map<String, BiFunction<Object, Arguments, Object>> FILTERS =
      Map.ofEntries(
          Map.entry("tojson", JsonPrinter::dumps),
          Map.entry("trim", (v, a) -> TextFilters.method(v, "strip", a)),
          Map.entry("upper", (v, a) -> TextFilters.method(v, "upper", a)),
          Map.entry("lower", (v, a) -> TextFilters.method(v, "lower", a)),
          Map.entry("capitalize", (v, a) -> TextFilters.method(v, "capitalize", a)),
          Map.entry("title", (v, a) -> TextFilters.title(PythonText.str(v))),
          Map.entry("replace", TextFilters::replace),
          Map.entry("indent", TextFilters::indent),
          Map.entry("truncate", TextFilters::truncate),
          Map.entry("center", (v, a) -> TextFilters.center(v, a)),
          Map.entry("wordcount", (v, a) -> TextFilters.words(PythonText.str(v))),
          Map.entry("escape", (v, a) -> new SafeText(SafeText.escape(PythonText.str(v)))),
          Map.entry("e", (v, a) -> new SafeText(SafeText.escape(PythonText.str(v)))),
          Map.entry("safe", (v, a) -> new SafeText(PythonText.str(v))),
          Map.entry("string", (v, a) -> PythonText.str(v)),
          Map.entry("format", Filters::format),
          Map.entry("default", Filters::otherwise),
          Map.entry("d", Filters::otherwise),
          Map.entry("int", Filters::integer),
          Map.entry("float", Filters::real),
          Map.entry("abs", (v, a) -> absolute(v)),
          Map.entry("round", Filters::round),
          Map.entry("length", (v, a) -> (long) Sequences.length(v)),
          Map.entry("count", (v, a) -> (long) Sequences.length(v)),
          Map.entry("attr", Filters::attribute));

  /** Filters that leave safe text as it is. */
  private static final Set<String> KEEP_SAFE =
      Set.of("safe", "escape", "e", "string", "default", "d");

  private Filters() {}

  static boolean isKnown(final String name) {
    return FILTERS.containsKey(name) || SequenceFilters.ALL.containsKey(name);
  }

  static Object apply(final String name, final Object value, final Arguments args) {
    final BiFunction<Object, Arguments, Object> filter =
        FILTERS.getOrDefault(name, SequenceFilters.ALL.get(name));
    if (filter == null) {
      throw new TemplateException("no filter named '" + name + "'");
    }
    final boolean keeps = value instanceof SafeText && KEEP_SAFE.contains(name);
    return keeps ? value : filter.apply(SafeText.plain(value), args);
  }

  private static Object otherwise(final Object value, final Arguments args) {
    final boolean missing =
        value instanceof Undefined || args.flag(1, "boolean") && !Sequences.truth(value);
    return missing ? args.get(0, "default_value", "") : value;
  }

  private static Object format(final Object value, final Arguments args) {
    final Object values =
        args.named().isEmpty() ? new Tuple(args.positional()) : (Object) args.named();
    return StringFormat.percent(PythonText.str(value), values);
  }

  private static Object attribute(final Object value, final Arguments args) {
    final String name = args.text(0, "name");
    final Object found = Attributes.methodOf(value, name);
    return found == null ? Undefined.key(value, name) : found;
  }

  private static Object integer(final Object value, final Arguments args) {
    final Object otherwise = args.get(0, "default", 0L);
    final int base = args.integer(1, "base", 10);
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (value instanceof String text) {
      try {
        return Arithmetic.normal(new BigInteger(digits(text, base), base));
      } catch (final NumberFormatException e) {
        return whole(parse(text), otherwise);
      }
    }
    return Arithmetic.isNumber(value) ? whole(value, otherwise) : otherwise;
  }

  private static String digits(final String text, final int base) {
    final String bare = (String) StringMethods.call(text, "strip");
    final String digits = bare.matches("[+-]?\\d+(_\\d+)*") ? bare.replace("_", "") : bare;
    final String prefix = base == 16 ? "0x" : base == 8 ? "0o" : base == 2 ? "0b" : "\0";
    return digits.startsWith(prefix) ? digits.substring(2) : digits;
  }

  private static Object whole(final Object value, final Object otherwise) {
    if (!(value instanceof Double d)) {
      return value == null ? otherwise : Arithmetic.normal(Arithmetic.integer(value));
    }
    return d.isNaN() || d.isInfinite()
        ? otherwise
        : Arithmetic.normal(new BigDecimal(d).toBigInteger());
  }

  /** Reads a float, or returns null. */
  private static Double parse(final String text) {
    final String bare = (String) StringMethods.call(text, "strip");
    final String number = bare.toLowerCase(java.util.Locale.ROOT).replaceFirst("^[+-]", "");
    if (List.of("inf", "infinity", "nan").contains(number)) {
      final double value = number.equals("nan") ? Double.NaN : Double.POSITIVE_INFINITY;
      return bare.startsWith("-") ? -value : value;
    }
    if (!bare.matches("[+-]?(\\d[\\d_]*\\.?[\\d_]*|\\.\\d[\\d_]*)([eE][+-]?\\d+)?")) {
      return null;
    }
    return Double.parseDouble(bare.replace("_", ""));
  }

  private static Object real(final Object value, final Arguments args) {
    final Object otherwise = args.get(0, "default", 0.0);
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (value instanceof String text) {
      final Double number = parse(text);
      return number == null ? otherwise : number;
    }
    return Arithmetic.isNumber(value) ? (Object) Arithmetic.real(value) : otherwise;
  }

  private static Object absolute(final Object value) {
    return value instanceof Double d
        ? (Object) Math.abs(d)
        : Arithmetic.normal(Arithmetic.integer(value).abs());
  }

  private static Object round(final Object value, final Arguments args) {
    final int digits = args.integer(0, "precision", 0);
    final String method = PythonText.str(args.get(1, "method", "common"));
    final RoundingMode mode =
        switch (method) {
          case "common" -> RoundingMode.HALF_EVEN;
          case "ceil" -> RoundingMode.CEILING;
          case "floor" -> RoundingMode.FLOOR;
          default -> throw new TemplateException("method must be common, ceil or floor");
        };
    if (!(value instanceof Double d)) {
      final BigInteger whole = Arithmetic.integer(value);
      return method.equals("common")
          ? Arithmetic.normal(
              new BigDecimal(whole).setScale(Math.min(digits, 0), mode).toBigInteger())
          : (Object) whole.doubleValue();
    }
    return d.isNaN() || d.isInfinite()
        ? value
        : new BigDecimal(d).setScale(digits, mode).doubleValue();
  }

  /** Follows a dotted path of keys, as the filters of sequences do. */
  static Object path(final Object value, final Object path) {
    return path(value, path, null);
  }

  /** Follows a path, taking {@code otherwise} at every step that leads nowhere. */
  static Object path(final Object value, final Object path, final Object otherwise) {
    if (path == None.NONE) {
      return value;
    }
    if (Arithmetic.isInteger(path)) {
      return step(value, path, otherwise);
    }
    Object at = value;
    for (final String step : PythonText.str(path).split("\\.", -1)) {
      final boolean number = !step.isEmpty() && step.chars().allMatch(Character::isDigit);
      at = step(at, number ? Arithmetic.normal(new BigInteger(step)) : step, otherwise);
    }
    return at;
  }

  private static Object step(final Object at, final Object key, final Object otherwise) {
    final Object next = Attributes.item(at, key);
    return next instanceof Undefined && otherwise != null ? otherwise : next;
  }
}
