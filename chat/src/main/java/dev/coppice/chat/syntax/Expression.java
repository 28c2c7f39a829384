package dev.coppice.chat.syntax;

import java.util.List;

/** Is one expression of a template. */
public sealed interface Expression {
  /**
   * Is a literal.
   *
   * @param value of it.
   */
  record Constant(Object value) implements Expression {}

  /**
   * Reads a variable.
   *
   * @param name of it.
   */
  record Name(String name) implements Expression {}

  /**
   * Makes a list.
   *
   * @param items of it.
   */
  record ListOf(List<Expression> items) implements Expression {}

  /**
   * Makes a tuple.
   *
   * @param items of it.
   */
  record TupleOf(List<Expression> items) implements Expression {}

  /**
   * Makes a dictionary.
   *
   * @param keys of it.
   * @param values of the keys.
   */
  record DictOf(List<Expression> keys, List<Expression> values) implements Expression {}

  /**
   * Reads {@code owner.name}.
   *
   * @param owner of the attribute.
   * @param name of it.
   */
  record Attribute(Expression owner, String name) implements Expression {}

  /**
   * Reads {@code owner[key]}.
   *
   * @param owner of the item.
   * @param key of it.
   */
  record Item(Expression owner, Expression key) implements Expression {}

  /**
   * Makes a slice; what is left out is a none.
   *
   * @param start first index.
   * @param stop index after the last.
   * @param step between them.
   */
  record Slice(Expression start, Expression stop, Expression step) implements Expression {}

  /**
   * Calls a value.
   *
   * @param callee called.
   * @param with arguments.
   */
  record Call(Expression callee, CallArguments with) implements Expression {}

  /**
   * Applies a filter.
   *
   * @param input filtered; null stands for the body of a block.
   * @param name of the filter.
   * @param with arguments.
   */
  record Filter(Expression input, String name, CallArguments with) implements Expression {}

  /**
   * Applies a test.
   *
   * @param input tested.
   * @param name of the test.
   * @param with arguments.
   */
  record Test(Expression input, String name, CallArguments with) implements Expression {}

  /**
   * Negates a truth.
   *
   * @param of what.
   */
  record Not(Expression of) implements Expression {}

  /**
   * Applies a sign.
   *
   * @param negative whether it is a minus.
   * @param of what.
   */
  record Sign(boolean negative, Expression of) implements Expression {}

  /**
   * Is {@code and}, or {@code or}: the right side is looked at only if it matters.
   *
   * @param and which of them.
   * @param left first.
   * @param right second.
   */
  record Logic(boolean and, Expression left, Expression right) implements Expression {}

  /**
   * Computes.
   *
   * @param operator of arithmetic.
   * @param left first.
   * @param right second.
   */
  record Binary(String operator, Expression left, Expression right) implements Expression {}

  /**
   * Puts texts together.
   *
   * @param parts in order.
   */
  record Concat(List<Expression> parts) implements Expression {}

  /**
   * Compares in a chain, {@code a < b < c}.
   *
   * @param first operand.
   * @param operators between operands.
   * @param others operands after the first.
   */
  record Compare(Expression first, List<String> operators, List<Expression> others)
      implements Expression {}

  /**
   * Chooses.
   *
   * @param condition of the choice.
   * @param then if it holds.
   * @param otherwise if not; null for nothing.
   */
  record Choice(Expression condition, Expression then, Expression otherwise)
      implements Expression {}

  /**
   * Holds the arguments of a call.
   *
   * @param positional in order.
   * @param names of the named ones.
   * @param named in the order of the names.
   * @param spread a sequence of more positional ones, or null.
   * @param spreadNamed a dictionary of more named ones, or null.
   */
  record CallArguments(
      List<Expression> positional,
      List<String> names,
      List<Expression> named,
      Expression spread,
      Expression spreadNamed) {
    /** No arguments. */
    public static final CallArguments NONE =
        new CallArguments(List.of(), List.of(), List.of(), null, null);
  }
}
