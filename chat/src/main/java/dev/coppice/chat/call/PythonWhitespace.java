package dev.coppice.chat.call;

/** Knows what Python takes for white space and for the end of a line. */
public final class PythonWhitespace {
  private PythonWhitespace() {}

  /**
   * Tells white space.
   *
   * @param character a code point.
   * @return Python's {@code chr(character).isspace()}.
   */
  public static boolean isSpace(final int character) {
    return switch (character) {
      case ' ', '\t', '\n', 0x0b, '\f', '\r', 0x1c, 0x1d, 0x1e, 0x1f, 0x85, 0xa0 -> true;
      case 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000 -> true;
      default -> character >= 0x2000 && character <= 0x200a;
    };
  }

  /**
   * Tells the end of a line.
   *
   * @param character a code point.
   * @return whether {@code str.splitlines} cuts there.
   */
  static boolean isLineEnd(final int character) {
    return switch (character) {
      case '\n', '\r', 0x0b, '\f', 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029 -> true;
      default -> false;
    };
  }

  /**
   * Finds the first character that is not white space.
   *
   * @param text to look in.
   * @param from where to start.
   * @return its index, or the length.
   */
  public static int skip(final String text, final int from) {
    int i = from;
    while (i < text.length() && isSpace(text.charAt(i))) {
      i++;
    }
    return i;
  }

  /**
   * Cuts white space off the end.
   *
   * @param text to cut.
   * @return Python's {@code text.rstrip()}.
   */
  public static String stripEnd(final String text) {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
  }
}
