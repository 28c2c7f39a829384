package dev.coppice.chat.jinja;

import dev.coppice.chat.call.Arguments;
import dev.coppice.chat.call.PythonWhitespace;
import dev.coppice.chat.call.StringMethods;
import dev.coppice.chat.call.StringSplits;
import dev.coppice.chat.value.None;
import dev.coppice.chat.value.PythonText;
import dev.coppice.chat.value.Sequences;
import dev.coppice.chat.value.SliceKey;
import dev.coppice.chat.value.TemplateException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Holds the filters of text. */
final class TextFilters {
  private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);

  private TextFilters() {}

  static Object method(final Object value, final String name, final Arguments args) {
    return StringMethods.call(PythonText.str(value), name, args.positional().toArray());
  }

  static String title(final String text) {
    final StringBuilder out = new StringBuilder();
    boolean starts = true;
    for (final Object item : Sequences.iterate(text)) {
      final String character = (String) item;
      out.append(starts ? character.toUpperCase(Locale.ROOT) : character.toLowerCase(Locale.ROOT));
      starts = "-({[<".contains(character) || PythonWhitespace.isSpace(character.codePointAt(0));
    }
    return out.toString();
  }

  static Object replace(final Object value, final Arguments args) {
    args.expect("replace", "old", "new", "count");
    return StringMethods.call(
        PythonText.str(value),
        "replace",
        PythonText.str(args.need(0, "old")),
        PythonText.str(args.need(1, "new")),
        args.get(2, "count", None.NONE));
  }

  static Object indent(final Object value, final Arguments args) {
    args.expect("indent", "width", "first", "blank");
    final Object width = args.get(0, "width", 4L);
    final String by =
        width instanceof String text
            ? text
            : " ".repeat(Math.clamp(args.integer(0, "width", 4), 0, 1024));
    final List<Object> lines = StringSplits.lines(PythonText.str(value) + "\n", false);
    final StringBuilder out = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      final String line = (String) lines.get(i);
      final boolean shift =
          i == 0 ? args.flag(1, "first") : args.flag(2, "blank") || !line.isEmpty();
      out.append(i == 0 ? "" : "\n").append(shift ? by : "").append(line);
    }
    return out.toString();
  }

  static Object truncate(final Object value, final Arguments args) {
    args.expect("truncate", "length", "killwords", "end", "leeway");
    final String text = PythonText.str(value);
    final String end = PythonText.str(args.get(2, "end", "..."));
    final int length = args.integer(0, "length", 255);
    if (length < Sequences.length(end)) {
      throw new TemplateException("truncate: length must be at least that of the end");
    }
    if (Sequences.length(text) <= length + args.integer(3, "leeway", 5)) {
      return text;
    }
    final SliceKey head =
        new SliceKey(None.NONE, (long) (length - Sequences.length(end)), None.NONE);
    final String cut = (String) Sequences.item(text, head);
    final int space = cut.lastIndexOf(' ');
    return (args.flag(1, "killwords") || space < 0 ? cut : cut.substring(0, space)) + end;
  }

  static Object center(final Object value, final Arguments args) {
    return StringMethods.call(PythonText.str(value), "center", (long) args.integer(0, "width", 80));
  }

  static Object words(final String text) {
    final Matcher words = WORD.matcher(text);
    long count = 0;
    while (words.find()) {
      count++;
    }
    return count;
  }
}
