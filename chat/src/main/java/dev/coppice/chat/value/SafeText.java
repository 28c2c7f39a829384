package dev.coppice.chat.value;

/**
 * Is text marked as safe for HTML: text added to it is escaped, as in Python's {@code Markup}.
 *
 * <p>Everything else done with it gives plain text.
 *
 * @param text of it.
 */
public record SafeText(String text) {
  /**
   * Adds two texts of which one at least is safe.
   *
   * @param left first.
   * @param right second.
   * @return both, the unsafe one escaped.
   */
  static SafeText join(final Object left, final Object right) {
    final String both = safe(left) + safe(right);
    Arithmetic.size(both.length());
    return new SafeText(both);
  }

  private static String safe(final Object value) {
    return value instanceof SafeText safe ? safe.text : escape(PythonText.str(value));
  }

  /**
   * Escapes the characters that mean something in HTML.
   *
   * @param text plain.
   * @return the text with entities.
   */
  public static String escape(final String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("'", "&#39;")
        .replace("\"", "&#34;");
  }

  /**
   * Takes the mark off.
   *
   * @param value any.
   * @return plain text where it was safe text, else the value.
   */
  public static Object plain(final Object value) {
    return value instanceof SafeText safe ? safe.text : value;
  }
}
