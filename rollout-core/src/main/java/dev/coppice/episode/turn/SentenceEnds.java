package dev.coppice.episode.turn;

/**
 * Tells where lines and sentences end.
 *
 * <p>A line ends with its break; a sentence with a full stop, an exclamation or a question mark that no
 * digit stands before, as in {@code 3.5} or {@code 1.}. White space behind an end ends nothing more.
 *
 * @thread any; static only.
 */
public final class SentenceEnds {
  private SentenceEnds() {}

  /**
   * Tells whether a text ends with an end that its first part did not have.
   *
   * @param text so far.
   * @param firstPart length of what was looked at before, in characters.
   * @return true if a line or sentence ends there.
   */
  public static boolean isBehindNew(final CharSequence text, final int firstPart) {
    final boolean isSame = isBlank(text, firstPart, text.length()) && isEnd(text, firstPart);
    return isEnd(text, text.length()) && !isSame;
  }

  private static boolean isEnd(final CharSequence text, final int length) {
    int end = length;
    while (end > 0 && Character.isWhitespace(text.charAt(end - 1))) {
      if (text.charAt(end - 1) == '\n') {
        return !isBlank(text, 0, end);
      }
      end--;
    }
    return end > 0
        && ".!?".indexOf(text.charAt(end - 1)) >= 0
        && !(end > 1 && Character.isDigit(text.charAt(end - 2)));
  }

  private static boolean isBlank(final CharSequence text, final int from, final int to) {
    for (int i = from; i < to; i++) {
      if (!Character.isWhitespace(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }
}
