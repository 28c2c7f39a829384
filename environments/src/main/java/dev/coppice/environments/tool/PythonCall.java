package dev.coppice.environments.tool;

import dev.coppice.environments.canonical.SampledJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a call in Python's spelling, as data sets write their reference calls.
 *
 * <p>Values may be strings, whole and decimal numbers, {@code True}, {@code False}, {@code None}, and
 * lists and dictionaries of these. Nothing is evaluated.
 *
 * @param name of the function.
 * @param positional arguments in order.
 * @param named arguments in order.
 */
public record PythonCall(String name, List<Object> positional, Map<String, Object> named) {
  /**
   * Reads a call.
   *
   * @param text for example {@code mv('a.txt', destination='b')}.
   * @return the call.
   * @throws IllegalArgumentException if the text is no call.
   */
  public static PythonCall parse(final String text) {
    return new Parser(text).call();
  }

  /**
   * Reads calls with commas between them.
   *
   * @param text for example {@code f(a=1), g()}.
   * @return the calls in order; none where the text is blank.
   * @throws IllegalArgumentException if anything else stands there.
   */
  public static List<PythonCall> parseAll(final String text) {
    final Parser parser = new Parser(text);
    final List<PythonCall> calls = new ArrayList<>();
    while (!parser.isAtEnd()) {
      if (!calls.isEmpty()) {
        parser.expect(',');
      }
      calls.add(parser.next());
    }
    return calls;
  }

  /**
   * Gives positional arguments the names of a tool's.
   *
   * @param names of the tool's arguments in order.
   * @return all arguments by name.
   */
  public Map<String, Object> arguments(final List<String> names) {
    if (positional.size() > names.size()) {
      throw new IllegalArgumentException("too many arguments: call=" + this + " names=" + names);
    }
    final Map<String, Object> arguments = new LinkedHashMap<>();
    for (int i = 0; i < positional.size(); i++) {
      arguments.put(names.get(i), positional.get(i));
    }
    arguments.putAll(named);
    return arguments;
  }

  private static final class Parser {
    private final String text;
    private int position;

    Parser(final String text) {
      this.text = text;
    }

    PythonCall call() {
      final PythonCall call = next();
      if (!isAtEnd()) {
        throw unexpected();
      }
      return call;
    }

    boolean isAtEnd() {
      return peek() == '\0';
    }

    private PythonCall next() {
      final String name = identifier();
      final List<Object> positional = new ArrayList<>();
      final Map<String, Object> named = new LinkedHashMap<>();
      expect('(');
      while (!take(')')) {
        final int start = position;
        final String argument = identifier();
        if (!argument.isEmpty() && take('=')) {
          if (named.containsKey(argument)) {
            throw new IllegalArgumentException("an argument is given twice: " + argument);
          }
          named.put(argument, value());
        } else {
          position = start;
          positional.add(value());
        }
        if (!take(',') && peek() != ')') {
          throw unexpected();
        }
      }
      if (name.isEmpty()) {
        throw unexpected();
      }
      return new PythonCall(name, positional, named);
    }

    private Object value() {
      final char first = peek();
      if (first == '\'' || first == '"') {
        return string();
      }
      if (take('[')) {
        final List<Object> list = new ArrayList<>();
        while (!take(']')) {
          list.add(value());
          if (!take(',') && peek() != ']') {
            throw unexpected();
          }
        }
        return list;
      }
      return take('{') ? map() : constant();
    }

    private Map<String, Object> map() {
      final Map<String, Object> map = new LinkedHashMap<>();
      while (!take('}')) {
        if (peek() != '\'' && peek() != '"') {
          throw unexpected();
        }
        final String key = string();
        expect(':');
        if (map.containsKey(key)) {
          throw new IllegalArgumentException("a key is given twice: " + key);
        }
        map.put(key, value());
        if (!take(',') && peek() != '}') {
          throw unexpected();
        }
      }
      return map;
    }

    private Object constant() {
      final int start = position;
      while (position < text.length() && ",)]} ".indexOf(text.charAt(position)) < 0) {
        position++;
      }
      final String word = text.substring(start, position);
      switch (word) {
        case "True":
          return true;
        case "False":
          return false;
        case "None":
          return null;
        default:
          break;
      }
      try {
        return number(word);
      } catch (final IllegalArgumentException e) {
        position = start;
        throw unexpected();
      }
    }

    /** Numbers keep their digits, as those of JSON do. */
    private static Object number(final String word) {
      return SampledJson.read("{\"number\":" + word + "}").get("number");
    }

    private String string() {
      final char quote = text.charAt(position++);
      final StringBuilder value = new StringBuilder();
      while (position < text.length() && text.charAt(position) != quote) {
        char next = text.charAt(position++);
        if (next == '\\' && position < text.length()) {
          next = text.charAt(position++);
          next = next == 'n' ? '\n' : next == 't' ? '\t' : next;
        }
        value.append(next);
      }
      expect(quote);
      return value.toString();
    }

    private String identifier() {
      peek();
      final int start = position;
      while (position < text.length() && Character.isJavaIdentifierPart(text.charAt(position))) {
        position++;
      }
      return text.substring(start, position);
    }

    private char peek() {
      while (position < text.length() && text.charAt(position) == ' ') {
        position++;
      }
      return position < text.length() ? text.charAt(position) : '\0';
    }

    private boolean take(final char expected) {
      if (peek() != expected) {
        return false;
      }
      position++;
      return true;
    }

    private void expect(final char expected) {
      if (!take(expected)) {
        throw unexpected();
      }
    }

    private IllegalArgumentException unexpected() {
      return new IllegalArgumentException("not a call: at=" + position + " text=" + text);
    }
  }
}
