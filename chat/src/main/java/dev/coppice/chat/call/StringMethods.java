package dev.coppice.chat.call;

import dev.coppice.chat.value.Arithmetic;
import dev.coppice.chat.value.None;
import dev.coppice.chat.value.PythonText;
import dev.coppice.chat.value.Sequences;
import dev.coppice.chat.value.SliceKey;
import dev.coppice.chat.value.TemplateException;
import dev.coppice.chat.value.Tuple;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.BiFunction;
import java.util.function.IntPredicate;

/** Holds the methods of Python's {@code str}; those that would return bytes are not there. */
public final class StringMethods {
  private static final Map<String, BiFunction<String, Arguments, Object>> METHODS =
      Map.ofEntries(
          Map.entry("upper", (s, a) -> s.toUpperCase(Locale.ROOT)),
          Map.entry("lower", (s, a) -> s.toLowerCase(Locale.ROOT)),
          Map.entry("casefold", (s, a) -> s.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT)),
          Map.entry("title", (s, a) -> title(s)),
          Map.entry("capitalize", (s, a) -> capitalize(s)),
          Map.entry("swapcase", (s, a) -> swapCase(s)),
          Map.entry("strip", (s, a) -> strip(s, a, true, true)),
          Map.entry("lstrip", (s, a) -> strip(s, a, true, false)),
          Map.entry("rstrip", (s, a) -> strip(s, a, false, true)),
          Map.entry("split", (s, a) -> StringSplits.split(s, a)),
          Map.entry("rsplit", (s, a) -> StringSplits.splitFromEnd(s, a)),
          Map.entry("splitlines", (s, a) -> StringSplits.lines(s, a.flag(0, "keepends"))),
          Map.entry("partition", (s, a) -> StringSplits.partition(s, a.text(0, "sep"))),
          Map.entry("rpartition", (s, a) -> StringSplits.partitionFromEnd(s, a.text(0, "sep"))),
          Map.entry("replace", StringMethods::replace),
          Map.entry("join", StringMethods::join),
          Map.entry("startswith", (s, a) -> affix(s, a, true)),
          Map.entry("endswith", (s, a) -> affix(s, a, false)),
          Map.entry("removeprefix", (s, a) -> cut(s, a.text(0, "prefix"), true)),
          Map.entry("removesuffix", (s, a) -> cut(s, a.text(0, "suffix"), false)),
          Map.entry("find", (s, a) -> index(s, a, false)),
          Map.entry("rfind", (s, a) -> index(s, a, true)),
          Map.entry("index", (s, a) -> found(index(s, a, false))),
          Map.entry("rindex", (s, a) -> found(index(s, a, true))),
          Map.entry("count", (s, a) -> count(part(s, a), a.text(0, "sub"))),
          Map.entry("zfill", (s, a) -> fill(s, a.integer(0, "width", 0))),
          Map.entry("ljust", (s, a) -> justify(s, a, 0)),
          Map.entry("rjust", (s, a) -> justify(s, a, 2)),
          Map.entry("center", (s, a) -> justify(s, a, 1)),
          Map.entry("format", StringFormat::format),
          Map.entry("isdigit", (s, a) -> all(s, StringMethods::isDigit)),
          Map.entry("isdecimal", (s, a) -> all(s, Character::isDigit)),
          Map.entry("isnumeric", (s, a) -> all(s, StringMethods::isNumeric)),
          Map.entry("isalpha", (s, a) -> all(s, Character::isLetter)),
          Map.entry("isalnum", (s, a) -> all(s, Character::isLetterOrDigit)),
          Map.entry("isspace", (s, a) -> all(s, PythonWhitespace::isSpace)),
          Map.entry("isascii", (s, a) -> s.chars().allMatch(character -> character < 128)),
          Map.entry("isupper", (s, a) -> isCased(s, Character::isUpperCase)),
          Map.entry("islower", (s, a) -> isCased(s, Character::isLowerCase)));

  private StringMethods() {}

  /** Finds a method and binds it to a text, or returns null. */
  static Callable find(final String text, final String name) {
    final BiFunction<String, Arguments, Object> method = METHODS.get(name);
    return method == null ? null : args -> method.apply(text, args);
  }

  /**
   * Calls a method.
   *
   * @param text it belongs to.
   * @param name of the method.
   * @param args of the call.
   * @return its result.
   */
  public static Object call(final String text, final String name, final Object... args) {
    return METHODS.get(name).apply(text, Arguments.of(args));
  }

  private static boolean all(final String text, final IntPredicate test) {
    return !text.isEmpty() && text.codePoints().allMatch(test);
  }

  /** Tells digits, those set high or in circles included. */
  private static boolean isDigit(final int character) {
    final int value = Character.getNumericValue(character);
    final boolean other = Character.getType(character) == Character.OTHER_NUMBER;
    return Character.isDigit(character) || other && value >= 0 && value <= 9;
  }

  private static boolean isNumeric(final int character) {
    final int type = Character.getType(character);
    return Character.isDigit(character)
        || type == Character.LETTER_NUMBER
        || type == Character.OTHER_NUMBER;
  }

  private static boolean isCased(final String text, final IntPredicate wanted) {
    final IntPredicate cased = c -> Character.isUpperCase(c) || Character.isLowerCase(c);
    return text.codePoints().anyMatch(cased) && text.codePoints().filter(cased).allMatch(wanted);
  }

  private static String capitalize(final String text) {
    if (text.isEmpty()) {
      return text;
    }
    final int first = text.offsetByCodePoints(0, 1);
    return titleCase(text.substring(0, first)) + text.substring(first).toLowerCase(Locale.ROOT);
  }

  private static String titleCase(final String character) {
    final int point = character.codePointAt(0);
    final int title = Character.toTitleCase(point);
    return title == point ? character.toUpperCase(Locale.ROOT) : Character.toString(title);
  }

  private static String title(final String text) {
    final StringBuilder out = new StringBuilder();
    boolean inside = false;
    for (final Object item : Sequences.iterate(text)) {
      final String character = (String) item;
      final boolean isLetter = Character.isLetter(character.codePointAt(0));
      out.append(
          !isLetter
              ? character
              : inside ? character.toLowerCase(Locale.ROOT) : titleCase(character));
      inside = isLetter;
    }
    return out.toString();
  }

  private static String swapCase(final String text) {
    final StringBuilder out = new StringBuilder();
    for (final Object item : Sequences.iterate(text)) {
      final String character = (String) item;
      out.append(
          Character.isUpperCase(character.codePointAt(0))
              ? character.toLowerCase(Locale.ROOT)
              : character.toUpperCase(Locale.ROOT));
    }
    return out.toString();
  }

  private static String strip(
      final String text, final Arguments args, final boolean left, final boolean right) {
    final Object characters = args.expect("strip", "chars").get(0, "chars", None.NONE);
    if (characters != None.NONE && !(characters instanceof String)) {
      throw new TemplateException("strip arg must be None or str");
    }
    final IntPredicate drop =
        characters instanceof String set ? c -> set.indexOf(c) >= 0 : PythonWhitespace::isSpace;
    int from = 0;
    int to = text.length();
    while (left && from < to && drop.test(text.codePointAt(from))) {
      from = text.offsetByCodePoints(from, 1);
    }
    while (right && from < to && drop.test(text.codePointBefore(to))) {
      to = text.offsetByCodePoints(to, -1);
    }
    return text.substring(from, to);
  }

  private static String replace(final String text, final Arguments args) {
    final String old = args.text(0, "old");
    final String by = args.text(1, "new");
    final int most = args.integer(2, "count", -1);
    final StringBuilder out = new StringBuilder();
    int from = 0;
    int done = 0;
    for (int at = text.indexOf(old); at >= 0 && done != most; at = next(text, old, from, at)) {
      out.append(text, from, at).append(by);
      from = at + old.length();
      done++;
      limit(out.length());
      if (old.isEmpty() && at == text.length()) {
        break;
      }
    }
    return out.append(text, from, text.length()).toString();
  }

  /** Finds the next place; of empty text the next character's. */
  private static int next(final String text, final String old, final int from, final int at) {
    return old.isEmpty() ? text.offsetByCodePoints(at, 1) : text.indexOf(old, from);
  }

  private static void limit(final long length) {
    if (length > 1 << 24) {
      throw new TemplateException("text is too long: length=" + length);
    }
  }

  private static String join(final String text, final Arguments args) {
    final StringJoiner joined = new StringJoiner(text);
    for (final Object item : Sequences.iterate(args.need(0, "iterable"))) {
      if (!(item instanceof String part)) {
        throw new TemplateException(
            "join: expected str instance, " + PythonText.typeName(item) + " found");
      }
      joined.add(part);
      limit(joined.length());
    }
    return joined.toString();
  }

  private static Object affix(final String text, final Arguments args, final boolean start) {
    final Object wanted = args.need(0, "prefix");
    final String part = part(text, args);
    for (final Object one : wanted instanceof Tuple tuple ? tuple.items() : List.of(wanted)) {
      if (!(one instanceof String affix)) {
        throw new TemplateException(
            "startswith and endswith take str or a tuple of str, not " + PythonText.typeName(one));
      }
      if (start ? part.startsWith(affix) : part.endsWith(affix)) {
        return true;
      }
    }
    return false;
  }

  /** Cuts the text to the second and third argument, where they are given. */
  private static String part(final String text, final Arguments args) {
    if (args.positional().size() < 2) {
      return text;
    }
    final SliceKey slice =
        new SliceKey(args.get(1, "start", None.NONE), args.get(2, "end", None.NONE), None.NONE);
    return (String) Sequences.item(text, slice);
  }

  private static String cut(final String text, final String affix, final boolean start) {
    if (affix.isEmpty() || !(start ? text.startsWith(affix) : text.endsWith(affix))) {
      return text;
    }
    return start
        ? text.substring(affix.length())
        : text.substring(0, text.length() - affix.length());
  }

  private static Object index(final String text, final Arguments args, final boolean last) {
    final String wanted = args.text(0, "sub");
    final String part = part(text, args);
    final int at = last ? part.lastIndexOf(wanted) : part.indexOf(wanted);
    if (at < 0) {
      return -1L;
    }
    final long start =
        args.positional().size() < 2 ? 0 : Arithmetic.index(args.positional().get(1));
    final long length = Sequences.length(text);
    return part.codePointCount(0, at) + (start < 0 ? Math.max(0, start + length) : start);
  }

  private static Object found(final Object index) {
    if (index.equals(-1L)) {
      throw new TemplateException("substring not found");
    }
    return index;
  }

  private static Object count(final String text, final String wanted) {
    if (wanted.isEmpty()) {
      return Sequences.length(text) + 1L;
    }
    long count = 0;
    for (int at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length())) {
      count++;
    }
    return count;
  }

  private static String fill(final String text, final int width) {
    final int missing = width - Sequences.length(text);
    limit(missing);
    if (missing <= 0) {
      return text;
    }
    final boolean signed = text.startsWith("-") || text.startsWith("+");
    return signed
        ? text.charAt(0) + "0".repeat(missing) + text.substring(1)
        : "0".repeat(missing) + text;
  }

  private static String justify(final String text, final Arguments args, final int place) {
    final int width = args.integer(0, "width", 0);
    if (!(args.get(1, "fillchar", " ") instanceof String with) || Sequences.length(with) != 1) {
      throw new TemplateException("the fill character must be exactly one character long");
    }
    final int missing = width - Sequences.length(text);
    limit(missing);
    if (missing <= 0) {
      return text;
    }
    final int left =
        switch (place) {
          case 0 -> 0;
          case 1 -> missing / 2 + (missing & width & 1);
          default -> missing;
        };
    return with.repeat(left) + text + with.repeat(missing - left);
  }
}
