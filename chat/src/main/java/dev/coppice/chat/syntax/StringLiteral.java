package dev.coppice.chat.syntax;

import dev.coppice.chat.value.TemplateException;

/** Reads the escapes of a string literal as Python's unicode-escape does. */
final class StringLiteral {
  private final String body;
  private final StringBuilder out = new StringBuilder();
  private int at;

  private StringLiteral(final String body) {
    this.body = body;
  }

  static String decode(final String body) {
    return body.indexOf('\\') < 0 ? body : new StringLiteral(body).decode();
  }

  private String decode() {
    while (at < body.length()) {
      final char character = body.charAt(at++);
      if (character != '\\' || at == body.length()) {
        out.append(character);
      } else {
        escape(body.charAt(at++));
      }
    }
    return out.toString();
  }

  private void escape(final char character) {
    switch (character) {
      case '\n' -> {}
      case 'n' -> out.append('\n');
      case 't' -> out.append('\t');
      case 'r' -> out.append('\r');
      case 'a' -> out.append('\u0007');
      case 'b' -> out.append('\b');
      case 'f' -> out.append('\f');
      case 'v' -> out.append('\u000b');
      case '\\', '\'', '"' -> out.append(character);
      case 'x' -> hex(2);
      case 'u' -> hex(4);
      case 'U' -> hex(8);
      case 'N' -> throw new TemplateException("\\N escapes are not supported: " + body);
      default -> {
        if (character >= '0' && character <= '7') {
          octal();
        } else {
          out.append('\\').append(character);
        }
      }
    }
  }

  private void hex(final int digits) {
    if (at + digits > body.length()) {
      throw new TemplateException("an escape is cut short: " + body);
    }
    try {
      out.appendCodePoint(Integer.parseInt(body.substring(at, at + digits), 16));
    } catch (final IllegalArgumentException e) {
      throw new TemplateException("an escape is not hexadecimal: " + body);
    }
    at += digits;
  }

  private void octal() {
    int end = at;
    while (end < body.length() && end < at + 2 && "01234567".indexOf(body.charAt(end)) >= 0) {
      end++;
    }
    out.append((char) Integer.parseInt(body.substring(at - 1, end), 8));
    at = end;
  }
}
