package dev.coppice.chat.jinja;

import dev.coppice.chat.value.TemplateException;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Writes a time by the letters of C's {@code strftime}, in the C locale. */
final class TimeFormat {
  private TimeFormat() {}

  static String format(final LocalDateTime time, final String format) {
    final StringBuilder out = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      final char character = format.charAt(i);
      if (character != '%' || i + 1 == format.length()) {
        out.append(character);
        continue;
      }
      i++;
      final boolean bare = format.charAt(i) == '-' && i + 1 < format.length();
      if (bare) {
        i++;
      }
      final String field = field(time, format.charAt(i));
      out.append(bare && field.startsWith("0") && field.length() > 1 ? field.substring(1) : field);
    }
    return out.toString();
  }

  private static String field(final LocalDateTime time, final char character) {
    return switch (character) {
      case '%' -> "%";
      case 'n' -> "\n";
      case 't' -> "\t";
      case 'D' -> by(time, "MM/dd/yy");
      case 'F' -> by(time, "yyyy-MM-dd");
      case 'T', 'X' -> by(time, "HH:mm:ss");
      case 'R' -> by(time, "HH:mm");
      case 'x' -> by(time, "MM/dd/yy");
      case 'c' ->
          by(time, "EEE MMM ") + "%2d".formatted(time.getDayOfMonth()) + by(time, " HH:mm:ss yyyy");
      case 'e' -> "%2d".formatted(time.getDayOfMonth());
      case 'w' -> String.valueOf(time.getDayOfWeek().getValue() % 7);
      case 'u' -> String.valueOf(time.getDayOfWeek().getValue());
      case 'f' -> "%06d".formatted(time.getNano() / 1000);
      case 'z', 'Z' -> "";
      default -> by(time, pattern(character));
    };
  }

  private static String pattern(final char character) {
    return switch (character) {
      case 'd' -> "dd";
      case 'm' -> "MM";
      case 'b', 'h' -> "MMM";
      case 'B' -> "MMMM";
      case 'y' -> "yy";
      case 'Y' -> "yyyy";
      case 'H' -> "HH";
      case 'I' -> "hh";
      case 'M' -> "mm";
      case 'S' -> "ss";
      case 'p' -> "a";
      case 'a' -> "EEE";
      case 'A' -> "EEEE";
      case 'j' -> "DDD";
      default -> throw new TemplateException("strftime_now does not know %" + character);
    };
  }

  private static String by(final LocalDateTime time, final String pattern) {
    return DateTimeFormatter.ofPattern(pattern, Locale.US).format(time);
  }
}
