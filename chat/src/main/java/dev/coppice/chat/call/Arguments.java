package dev.coppice.chat.call;

import dev.coppice.chat.value.Arithmetic;
import dev.coppice.chat.value.None;
import dev.coppice.chat.value.PythonText;
import dev.coppice.chat.value.Sequences;
import dev.coppice.chat.value.TemplateException;
import java.util.List;
import java.util.Map;

/**
 * Holds the arguments of one call.
 *
 * @param positional in order.
 * @param named by keyword.
 */
public record Arguments(List<Object> positional, Map<String, Object> named) {
  /** No arguments. */
  public static final Arguments EMPTY = new Arguments(List.of(), Map.of());

  /**
   * Makes positional arguments.
   *
   * @param values in order.
   * @return the arguments.
   */
  public static Arguments of(final Object... values) {
    return new Arguments(List.of(values), Map.of());
  }

  /**
   * Refuses arguments a callee does not know.
   *
   * @param callee for the message.
   * @param names of its parameters in order.
   * @return these arguments.
   */
  public Arguments expect(final String callee, final String... names) {
    if (positional.size() > names.length) {
      throw new TemplateException(
          callee + " takes at most " + names.length + " arguments: given=" + positional.size());
    }
    for (final String name : named.keySet()) {
      final int at = List.of(names).indexOf(name);
      if (at < 0 || at < positional.size()) {
        throw new TemplateException(callee + " got an unexpected argument: " + name);
      }
    }
    return this;
  }

  /**
   * Reads an argument.
   *
   * @param index of its position.
   * @param name of its keyword.
   * @param otherwise where it was not given.
   * @return its value.
   */
  public Object get(final int index, final String name, final Object otherwise) {
    if (index < positional.size()) {
      return positional.get(index);
    }
    return named.getOrDefault(name, otherwise);
  }

  /**
   * Reads an argument that must be there.
   *
   * @param index of its position.
   * @param name of its keyword.
   * @return its value.
   */
  public Object need(final int index, final String name) {
    final Object value = get(index, name, null);
    if (value == null) {
      throw new TemplateException("an argument is missing: " + name);
    }
    return value;
  }

  /**
   * Reads text.
   *
   * @param index of its position.
   * @param name of its keyword.
   * @return the text.
   */
  public String text(final int index, final String name) {
    if (need(index, name) instanceof String text) {
      return text;
    }
    throw new TemplateException(
        name + " must be str, not " + PythonText.typeName(need(index, name)));
  }

  /**
   * Reads a whole number.
   *
   * @param index of its position.
   * @param name of its keyword.
   * @param otherwise where it was not given or is none.
   * @return the number.
   */
  public int integer(final int index, final String name, final int otherwise) {
    final Object value = get(index, name, None.NONE);
    return value == None.NONE ? otherwise : Arithmetic.index(value);
  }

  /**
   * Reads a truth value.
   *
   * @param index of its position.
   * @param name of its keyword.
   * @return whether it was given and is true.
   */
  public boolean flag(final int index, final String name) {
    return Sequences.truth(get(index, name, false));
  }

  /**
   * Drops the first positional arguments.
   *
   * @param count to drop.
   * @return the rest.
   */
  public Arguments after(final int count) {
    final int from = Math.min(count, positional.size());
    return new Arguments(positional.subList(from, positional.size()), named);
  }
}
