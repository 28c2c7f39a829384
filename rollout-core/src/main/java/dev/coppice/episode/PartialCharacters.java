package dev.coppice.episode;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Joins the bytes of letters that are spread over several tokens.
 *
 * <p>A byte {@code b} that is no letter by itself stands in a piece as the lone surrogate {@code
 * 0xDC00 + b}, as in Python's surrogateescape; no text has one of its own.
 */
final class PartialCharacters {
  /** The most bytes of one letter. */
  static final int LONGEST = 4;

  private static final char FIRST = 0xDC80;
  private static final char LAST = 0xDCFF;

  private PartialCharacters() {}

  /**
   * Joins what became whole.
   *
   * @param text changed in place.
   * @param from where to begin to look.
   * @return true if the text changed.
   */
  static boolean join(final StringBuilder text, final int from) {
    boolean changed = false;
    for (int i = from; i < text.length(); i++) {
      if (isByte(text, i) && joinAt(text, i)) {
        changed = true;
      }
    }
    return changed;
  }

  private static boolean isByte(final CharSequence text, final int at) {
    final char letter = text.charAt(at);
    final boolean lone = at == 0 || !Character.isHighSurrogate(text.charAt(at - 1));
    return lone && letter >= FIRST && letter <= LAST;
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
      final String letter =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      text.replace(at, at + length, letter);
      return true;
    } catch (final CharacterCodingException e) {
      return false;
    }
  }

  /**
   * Replaces bytes that make no letter.
   *
   * @param text that may have some.
   * @return the text with U+FFFD in their places.
   */
  static String whole(final String text) {
    StringBuilder whole = null;
    for (int i = 0; i < text.length(); i++) {
      if (isByte(text, i)) {
        whole = whole == null ? new StringBuilder(text) : whole;
        whole.setCharAt(i, '\ufffd');
      }
    }
    return whole == null ? text : whole.toString();
  }
}
