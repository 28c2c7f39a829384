package dev.coppice.error;

/**
 * Makes text of strangers safe to show: servers, templates, data and file names may hold what a
 * terminal would obey.
 *
 * @thread any.
 */
public final class PlainText {
  private PlainText() {}

  /**
   * Writes control characters, and those that turn the direction of text, as {@code \\u001b}.
   *
   * @param text of anybody.
   * @return the text; line feeds and tabs stay.
   */
  public static String of(final String text) {
    if (text.chars().noneMatch(PlainText::isObeyed)) {
      return text;
    }
    final StringBuilder shown = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      final char c = text.charAt(i);
      if (isObeyed(c)) {
        shown.append(String.format("\\u%04x", (int) c));
      } else {
        shown.append(c);
      }
    }
    return shown.toString();
  }

  private static boolean isObeyed(final int c) {
    final boolean turns = c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069;
    return turns || Character.isISOControl(c) && c != '\n' && c != '\t';
  }
}
