package dev.coppice.chat.syntax;

import dev.coppice.chat.call.PythonWhitespace;
import dev.coppice.chat.value.Arithmetic;
import dev.coppice.chat.value.TemplateException;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens, with Jinja's {@code trim_blocks} and {@code lstrip_blocks} on.
 *
 * <p>A line break after a block or comment goes; white space from the start of a line to a block or
 * comment goes; {@code -} takes all white space on its side, {@code +} keeps it.
 *
 * @thread one at a time.
 */
final class Lexer {
  private static final Pattern OPEN = Pattern.compile("\\{[{%#]");
  private static final Pattern RAW =
      Pattern.compile("\\{%([-+]?)[\\s\\x1c-\\x1f\\x85]*raw[\\s\\x1c-\\x1f\\x85]*(-?)%\\}");
  private static final Pattern END_RAW =
      Pattern.compile("\\{%([-+]?)[\\s\\x1c-\\x1f\\x85]*endraw[\\s\\x1c-\\x1f\\x85]*([-+]?)%\\}");
  private static final Pattern FLOAT =
      Pattern.compile(
          "(?<!\\.)(\\d+_)*\\d+((\\.(\\d+_)*\\d+)?[eE][+-]?(\\d+_)*\\d+|\\.(\\d+_)*\\d+)");
  private static final Pattern INTEGER =
      Pattern.compile("0[bB](_?[01])+|0[oO](_?[0-7])+|0[xX](_?[0-9a-fA-F])+|[1-9](_?\\d)*|0(_?0)*");
  private static final Pattern NAME = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern STRING =
      Pattern.compile(
          "'([^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+)'|\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"",
          Pattern.DOTALL);
  private static final List<String> OPERATORS =
      List.of(
          "**", "//", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{",
          "}", ">", "<", "=", ".", ":", "|", ",", ";");
  private static final Map<String, String> BRACKETS = Map.of("(", ")", "[", "]", "{", "}");

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private final Deque<String> open = new ArrayDeque<>();
  private int at;
  private int line = 1;
  private int counted;
  private boolean lineStarts = true;

  private Lexer(final String source) {
    this.source = source;
  }

  static List<Token> tokens(final String template) {
    String source = template.replace("\r\n", "\n").replace('\r', '\n');
    if (source.endsWith("\n")) {
      source = source.substring(0, source.length() - 1);
    }
    return new Lexer(source).run();
  }

  private List<Token> run() {
    while (at < source.length()) {
      final Matcher next = OPEN.matcher(source);
      if (!next.find(at)) {
        data(source.substring(at));
        at = source.length();
        break;
      }
      final int begin = next.start();
      final char kind = source.charAt(begin + 1);
      final Matcher raw = RAW.matcher(source).region(begin, source.length());
      if (kind == '%' && raw.lookingAt()) {
        raw(begin, raw);
      } else {
        data(before(begin, sign(begin + 2), kind == '{'));
        at = begin + 2 + (sign(begin + 2) == 0 ? 0 : 1);
        if (kind == '#') {
          comment();
        } else {
          tag(kind == '{');
        }
      }
    }
    add(Token.Kind.END, "", null);
    return tokens;
  }

  /** Returns the sign that stands at a place, or 0. */
  private char sign(final int place) {
    final char character = place < source.length() ? source.charAt(place) : 0;
    return character == '-' || character == '+' ? character : 0;
  }

  /** Returns the text before a mark, without the white space the mark takes. */
  private String before(final int begin, final char sign, final boolean isPrint) {
    final String text = source.substring(at, begin);
    if (sign == '-') {
      return PythonWhitespace.stripEnd(text);
    }
    if (sign == '+' || isPrint) {
      return text;
    }
    final int start = text.lastIndexOf('\n') + 1;
    final boolean blank = PythonWhitespace.skip(text, start) == text.length();
    return blank && (start > 0 || lineStarts) ? text.substring(0, start) : text;
  }

  private void data(final String text) {
    if (!text.isEmpty()) {
      add(Token.Kind.DATA, text, text);
    }
  }

  private void raw(final int begin, final Matcher mark) {
    data(before(begin, mark.group(1).isEmpty() ? 0 : mark.group(1).charAt(0), false));
    at = mark.end();
    if (!mark.group(2).isEmpty()) {
      at = PythonWhitespace.skip(source, at);
    }
    lineStarts = source.charAt(at - 1) == '\n';
    final Matcher close = END_RAW.matcher(source);
    if (!close.find(at)) {
      throw failure("missing end of raw directive");
    }
    final String sign = close.group(1);
    data(before(close.start(), sign.isEmpty() ? 0 : sign.charAt(0), false));
    closed(close.end(), close.group(2), true);
  }

  private void comment() {
    final int end = source.indexOf("#}", at);
    if (end < 0) {
      throw failure("missing end of comment tag");
    }
    final char last = end > at ? source.charAt(end - 1) : 0;
    closed(end + 2, last == '-' ? "-" : last == '+' ? "+" : "", true);
  }

  /** Goes on behind an end mark, past the white space it takes. */
  private void closed(final int end, final String sign, final boolean trims) {
    at = end;
    if (sign.equals("-")) {
      at = PythonWhitespace.skip(source, at);
    } else if (trims && !sign.equals("+") && source.startsWith("\n", at)) {
      at++;
    }
    lineStarts = source.charAt(at - 1) == '\n';
  }

  private void tag(final boolean isPrint) {
    add(isPrint ? Token.Kind.PRINT_BEGIN : Token.Kind.BLOCK_BEGIN, isPrint ? "{{" : "{%", null);
    final String end = isPrint ? "}}" : "%}";
    while (true) {
      at = PythonWhitespace.skip(source, at);
      if (at >= source.length()) {
        throw failure("unexpected end of template");
      }
      if (open.isEmpty()) {
        final char sign = sign(at);
        final boolean signed = sign == '-' || sign == '+' && !isPrint;
        if (source.startsWith(end, at) || signed && source.startsWith(end, at + 1)) {
          add(isPrint ? Token.Kind.PRINT_END : Token.Kind.BLOCK_END, end, null);
          final boolean plain = source.startsWith(end, at);
          closed(at + (plain ? 2 : 3), plain ? "" : String.valueOf(sign), !isPrint);
          return;
        }
      }
      token();
    }
  }

  private void token() {
    final Matcher matcher = FLOAT.matcher(source).region(at, source.length());
    matcher.useTransparentBounds(true);
    if (matcher.lookingAt()) {
      final String digits = matcher.group().replace("_", "");
      add(Token.Kind.NUMBER, matcher.group(), Double.parseDouble(digits));
    } else if (matcher.usePattern(INTEGER).lookingAt()) {
      add(Token.Kind.NUMBER, matcher.group(), integer(matcher.group().replace("_", "")));
    } else if (matcher.usePattern(NAME).lookingAt()) {
      add(Token.Kind.NAME, matcher.group(), null);
    } else if (matcher.usePattern(STRING).lookingAt()) {
      final String body = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
      add(Token.Kind.STRING, matcher.group(), StringLiteral.decode(body));
    } else {
      operator();
      return;
    }
    at = matcher.end();
  }

  private static Object integer(final String digits) {
    final String head = digits.toLowerCase(Locale.ROOT);
    final int base = head.startsWith("0x") ? 16 : head.startsWith("0o") ? 8 : 2;
    return head.length() > 1 && Character.isLetter(head.charAt(1))
        ? Arithmetic.normal(new BigInteger(head.substring(2), base))
        : Arithmetic.normal(new BigInteger(head));
  }

  private void operator() {
    for (final String operator : OPERATORS) {
      if (source.startsWith(operator, at)) {
        if (BRACKETS.containsKey(operator)) {
          open.push(BRACKETS.get(operator));
        } else if (BRACKETS.containsValue(operator)
            && (open.isEmpty() || !open.pop().equals(operator))) {
          throw failure("unexpected '" + operator + "'");
        }
        add(Token.Kind.OPERATOR, operator, null);
        at += operator.length();
        return;
      }
    }
    throw failure("unexpected character '" + Character.toString(source.codePointAt(at)) + "'");
  }

  private void add(final Token.Kind kind, final String text, final Object value) {
    for (; counted < Math.min(at, source.length()); counted++) {
      line += source.charAt(counted) == '\n' ? 1 : 0;
    }
    tokens.add(new Token(kind, text, value, line));
  }

  private TemplateException failure(final String what) {
    add(Token.Kind.END, "", null);
    return new TemplateException("template line " + line + ": " + what);
  }
}
