package dev.coppice.episode.turn;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Joins the bytes of characters that are spread over several tokens.
 *
 * <p>A byte {@code b} that is not a character by itself is written in a piece as the lone surrogate {@code
 * 0xDC00 + b}, as in Python's surrogateescape; no text has one of its own.
 */
public final class PartialCharacters {
  /** The most bytes of one character. */
  public static final int LONGEST = 4;

  private static final char FIRST = 0xDC80;
  private static final char LAST = 0xDCFF;

  private PartialCharacters() {}

  /**
   * Joins characters that became complete.
   *
   * @param text changed in place.
   * @param from where to begin to look.
   * @return true if the text changed.
   */
  public static boolean join(final StringBuilder text, final int from) {
    boolean changed = false;
    for (int i = from; i < text.length(); i++) {
      if (isByte(text, i) && joinAt(text, i)) {
        changed = true;
      }
    }
    return changed;
  }

  /**
   * Counts the bytes at the end of a text that may still become a character.
   *
   * @param text that may have some.
   * @return the number, less than {@link #LONGEST}.
   */
  public static int pending(final CharSequence text) {
    int count = 0;
    while (count < LONGEST - 1
        && count < text.length()
        && isByte(text, text.length() - 1 - count)) {
      count++;
    }
    return count;
  }

  private static boolean isByte(final CharSequence text, final int at) {
    final char unit = text.charAt(at);
    final boolean lone = at == 0 || !Character.isHighSurrogate(text.charAt(at - 1));
    return lone && unit >= FIRST && unit <= LAST;
  }

  private static boolean joinAt(final StringBuilder text, final int at) {
    final int lead = text.charAt(at) & 0xff;
    final int length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
    if (length == 1 || at + length > text.length()) {
      return false;
    }
    final byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      if (!isByte(text, at + i)) {
        return false;
      }
      bytes[i] = (byte) text.charAt(at + i);
    }
    try {
      final String character =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      text.replace(at, at + length, character);
      return true;
    } catch (final CharacterCodingException e) {
      return false;
    }
  }

  /**
   * Replaces bytes that do not make a character.
   *
   * @param text that may have some.
   * @return the text with U+FFFD in their places.
   */
  public static String replaceIncomplete(final String text) {
    StringBuilder complete = null;
    for (int i = 0; i < text.length(); i++) {
      if (isByte(text, i)) {
        complete = complete == null ? new StringBuilder(text) : complete;
        complete.setCharAt(i, '\ufffd');
      }
    }
    return complete == null ? text : complete.toString();
  }
}
