package dev.coppice.chat.call;

import dev.coppice.chat.value.None;
import dev.coppice.chat.value.TemplateException;
import dev.coppice.chat.value.Tuple;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Cuts text into parts as Python's {@code str} does. */
public final class StringSplits {
  private StringSplits() {}

  /** Cuts at a separator from the front, or at runs of white space. */
  static List<Object> split(final String text, final Arguments args) {
    args.expect("split", "sep", "maxsplit");
    final int most = limit(args);
    if (args.get(0, "sep", None.NONE) == None.NONE) {
      return words(text, most);
    }
    final String mark = mark(args);
    final List<Object> parts = new ArrayList<>();
    int from = 0;
    for (int at = text.indexOf(mark); at >= 0 && parts.size() < most; ) {
      parts.add(text.substring(from, at));
      from = at + mark.length();
      at = text.indexOf(mark, from);
    }
    parts.add(text.substring(from));
    return parts;
  }

  /** Cuts at a separator from the end, or at runs of white space. */
  static List<Object> splitFromEnd(final String text, final Arguments args) {
    args.expect("rsplit", "sep", "maxsplit");
    final int most = limit(args);
    if (args.get(0, "sep", None.NONE) == None.NONE) {
      final String turned = new StringBuilder(text).reverse().toString();
      final List<Object> parts = words(turned, most);
      parts.replaceAll(part -> new StringBuilder((String) part).reverse().toString());
      Collections.reverse(parts);
      return parts;
    }
    final String mark = mark(args);
    final List<Object> parts = new ArrayList<>();
    int to = text.length();
    for (int at = text.lastIndexOf(mark); at >= 0 && parts.size() < most; ) {
      parts.add(text.substring(at + mark.length(), to));
      to = at;
      at = at < mark.length() ? -1 : text.lastIndexOf(mark, at - mark.length());
    }
    parts.add(text.substring(0, to));
    Collections.reverse(parts);
    return parts;
  }

  private static int limit(final Arguments args) {
    final int most = args.integer(1, "maxsplit", -1);
    return most < 0 ? Integer.MAX_VALUE : most;
  }

  private static String mark(final Arguments args) {
    final String mark = args.text(0, "sep");
    if (mark.isEmpty()) {
      throw new TemplateException("empty separator");
    }
    return mark;
  }

  private static List<Object> words(final String text, final int most) {
    final List<Object> words = new ArrayList<>();
    int from = PythonWhitespace.skip(text, 0);
    while (from < text.length()) {
      if (words.size() == most) {
        words.add(text.substring(from));
        break;
      }
      int to = from;
      while (to < text.length() && !PythonWhitespace.isSpace(text.charAt(to))) {
        to++;
      }
      words.add(text.substring(from, to));
      from = PythonWhitespace.skip(text, to);
    }
    return words;
  }

  /**
   * Cuts into lines.
   *
   * @param text to cut.
   * @param keepEnds whether a line keeps its end.
   * @return Python's {@code text.splitlines(keepends)}.
   */
  public static List<Object> lines(final String text, final boolean keepEnds) {
    final List<Object> lines = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < text.length(); ) {
      if (!PythonWhitespace.isLineEnd(text.charAt(i))) {
        i++;
        continue;
      }
      final boolean two = text.startsWith("\r\n", i);
      final int next = i + (two ? 2 : 1);
      lines.add(text.substring(from, keepEnds ? next : i));
      from = next;
      i = next;
    }
    if (from < text.length()) {
      lines.add(text.substring(from));
    }
    return lines;
  }

  /** Cuts once at the first mark. */
  static Tuple partition(final String text, final String mark) {
    final int at = text.indexOf(mark);
    return at < 0
        ? Tuple.of(text, "", "")
        : Tuple.of(text.substring(0, at), mark, text.substring(at + mark.length()));
  }

  /** Cuts once at the last mark. */
  static Tuple partitionFromEnd(final String text, final String mark) {
    final int at = text.lastIndexOf(mark);
    return at < 0
        ? Tuple.of("", "", text)
        : Tuple.of(text.substring(0, at), mark, text.substring(at + mark.length()));
  }
}
