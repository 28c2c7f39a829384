package dev.coppice.app.view;

/** Writes text into a page so that it stays text. */
final class HtmlText {
  private HtmlText() {}

  /** Replaces what a terminal would obey: components and codes may have names of any letters. */
  static String printable(final String text) {
    return text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Cs}]", "\uFFFD");
  }

  /** Escapes what HTML would read as its own, and control characters. */
  static String escape(final String text) {
    final StringBuilder escaped = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      final char character = text.charAt(i);
      switch (character) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '"' -> escaped.append("&quot;");
        case '\'' -> escaped.append("&#39;");
        default -> escaped.append(character < ' ' && character != '\n' ? '\uFFFD' : character);
      }
    }
    return escaped.toString();
  }
}
