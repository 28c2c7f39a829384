package dev.coppice.chat.jinja;

import dev.coppice.chat.call.Arguments;
import dev.coppice.chat.call.Attributes;
import dev.coppice.chat.call.Callable;
import dev.coppice.chat.call.StringFormat;
import dev.coppice.chat.syntax.Expression;
import dev.coppice.chat.syntax.Expression.CallArguments;
import dev.coppice.chat.value.Arithmetic;
import dev.coppice.chat.value.Ordering;
import dev.coppice.chat.value.PythonText;
import dev.coppice.chat.value.Sequences;
import dev.coppice.chat.value.SliceKey;
import dev.coppice.chat.value.TemplateException;
import dev.coppice.chat.value.Tuple;
import dev.coppice.chat.value.Undefined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Computes expressions.
 *
 * @thread one at a time, one rendering.
 */
final class Evaluator {
  private final Meter meter;

  Evaluator(final Meter meter) {
    this.meter = meter;
  }

  /** Computes an expression. */
  Object value(final Expression expression, final Scope scope) {
    meter.step();
    return switch (expression) {
      case Expression.Constant constant -> constant.value();
      case Expression.Name name -> scope.get(name.name());
      case Expression.ListOf list -> values(list.items(), scope);
      case Expression.TupleOf tuple -> new Tuple(values(tuple.items(), scope));
      case Expression.DictOf dict -> dict(dict, scope);
      case Expression.Attribute get -> Attributes.attribute(value(get.owner(), scope), get.name());
      case Expression.Item get ->
          Attributes.item(value(get.owner(), scope), value(get.key(), scope));
      case Expression.Slice slice ->
          new SliceKey(
              value(slice.start(), scope), value(slice.stop(), scope), value(slice.step(), scope));
      case Expression.Call call -> call(call, scope, null);
      case Expression.Filter filter -> filter(filter, null, scope);
      case Expression.Test test ->
          JinjaTests.apply(test.name(), value(test.input(), scope), arguments(test.with(), scope));
      case Expression.Not not -> !truth(not.of(), scope);
      case Expression.Sign sign -> sign(sign, scope);
      case Expression.Logic logic -> {
        final Object left = value(logic.left(), scope);
        yield Sequences.truth(left) == logic.and() ? value(logic.right(), scope) : left;
      }
      case Expression.Binary binary -> binary(binary, scope);
      case Expression.Concat concat -> concat(concat, scope);
      case Expression.Compare compare -> compare(compare, scope);
      case Expression.Choice choice -> {
        if (truth(choice.condition(), scope)) {
          yield value(choice.then(), scope);
        }
        yield choice.otherwise() == null
            ? new Undefined("the inline if-expression has no else and did not hold")
            : value(choice.otherwise(), scope);
      }
    };
  }

  private boolean truth(final Expression expression, final Scope scope) {
    return Sequences.truth(value(expression, scope));
  }

  private List<Object> values(final List<Expression> expressions, final Scope scope) {
    final List<Object> values = new ArrayList<>(expressions.size());
    for (final Expression expression : expressions) {
      values.add(value(expression, scope));
    }
    return values;
  }

  private Map<Object, Object> dict(final Expression.DictOf dict, final Scope scope) {
    final Map<Object, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < dict.keys().size(); i++) {
      final Object key = value(dict.keys().get(i), scope);
      if (key instanceof List<?> || key instanceof Map<?, ?>) {
        throw new TemplateException("unhashable type: '" + PythonText.typeName(key) + "'");
      }
      map.put(known(map, key), value(dict.values().get(i), scope));
    }
    return map;
  }

  /** Finds the key that is equal to this one; 1, 1.0 and true are one key, the first written. */
  private static Object known(final Map<Object, Object> map, final Object key) {
    if (Arithmetic.isNumber(key)) {
      for (final Object other : map.keySet()) {
        if (Ordering.equal(other, key)) {
          return other;
        }
      }
    }
    return key;
  }

  private Object sign(final Expression.Sign sign, final Scope scope) {
    final Object value = value(sign.of(), scope);
    if (sign.negative()) {
      return Arithmetic.negate(value);
    }
    return value instanceof Double ? value : Arithmetic.normal(Arithmetic.integer(value));
  }

  private Object binary(final Expression.Binary binary, final Scope scope) {
    final Object left = value(binary.left(), scope);
    final Object right = value(binary.right(), scope);
    if (binary.operator().equals("%") && left instanceof String text) {
      return StringFormat.percent(text, right);
    }
    return Arithmetic.binary(binary.operator(), left, right);
  }

  private String concat(final Expression.Concat concat, final Scope scope) {
    final StringBuilder text = new StringBuilder();
    for (final Expression part : concat.parts()) {
      text.append(PythonText.str(value(part, scope)));
      meter.output(text);
    }
    return text.toString();
  }

  private boolean compare(final Expression.Compare compare, final Scope scope) {
    Object left = value(compare.first(), scope);
    for (int i = 0; i < compare.operators().size(); i++) {
      final Object right = value(compare.others().get(i), scope);
      if (!holds(compare.operators().get(i), left, right)) {
        return false;
      }
      left = right;
    }
    return true;
  }

  /** Compares two values by one operator. */
  static boolean holds(final String operator, final Object left, final Object right) {
    return switch (operator) {
      case "==" -> Ordering.equal(left, right);
      case "!=" -> !Ordering.equal(left, right);
      case "in" -> Ordering.contains(left, right);
      case "not in" -> !Ordering.contains(left, right);
      case "<" -> ordered(left, right) && Ordering.compare(left, right) < 0;
      case "<=" -> ordered(left, right) && Ordering.compare(left, right) <= 0;
      case ">" -> ordered(left, right) && Ordering.compare(left, right) > 0;
      default -> ordered(left, right) && Ordering.compare(left, right) >= 0;
    };
  }

  private static boolean ordered(final Object left, final Object right) {
    return !(left instanceof Double a && a.isNaN()) && !(right instanceof Double b && b.isNaN());
  }

  /** Applies a filter; one without input filters {@code body}. */
  Object filter(final Expression.Filter filter, final Object body, final Scope scope) {
    final Object input = input(filter.input(), body, scope);
    return Filters.apply(filter.name(), input, arguments(filter.with(), scope));
  }

  private Object input(final Expression input, final Object body, final Scope scope) {
    if (input == null) {
      return body;
    }
    return body != null && input instanceof Expression.Filter inner
        ? filter(inner, body, scope)
        : value(input, scope);
  }

  /** Calls a value, with a body to call back where there is one. */
  Object call(final Expression.Call call, final Scope scope, final Callable caller) {
    final Object callee = value(call.callee(), scope);
    if (callee instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (!(callee instanceof Callable callable)) {
      throw new TemplateException("'" + PythonText.typeName(callee) + "' object is not callable");
    }
    Arguments args = arguments(call.with(), scope);
    if (caller != null) {
      final Map<String, Object> named = new LinkedHashMap<>(args.named());
      named.put("caller", caller);
      args = new Arguments(args.positional(), named);
    }
    return callable.call(args);
  }

  private Arguments arguments(final CallArguments with, final Scope scope) {
    if (with == CallArguments.NONE) {
      return Arguments.EMPTY;
    }
    final List<Object> positional = values(with.positional(), scope);
    if (with.spread() != null) {
      Sequences.iterate(value(with.spread(), scope)).forEach(positional::add);
    }
    final Map<String, Object> named = new LinkedHashMap<>();
    for (int i = 0; i < with.names().size(); i++) {
      named.put(with.names().get(i), value(with.named().get(i), scope));
    }
    if (with.spreadNamed() != null && value(with.spreadNamed(), scope) instanceof Map<?, ?> map) {
      map.forEach((name, value) -> named.put(PythonText.str(name), value));
    }
    return new Arguments(positional, named);
  }
}
