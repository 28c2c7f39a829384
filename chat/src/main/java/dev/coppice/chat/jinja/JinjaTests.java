package dev.coppice.chat.jinja;

import dev.coppice.chat.call.Arguments;
import dev.coppice.chat.call.Callable;
import dev.coppice.chat.call.StringMethods;
import dev.coppice.chat.value.Arithmetic;
import dev.coppice.chat.value.None;
import dev.coppice.chat.value.PythonText;
import dev.coppice.chat.value.SafeText;
import dev.coppice.chat.value.Sequences;
import dev.coppice.chat.value.TemplateException;
import dev.coppice.chat.value.Tuple;
import dev.coppice.chat.value.Undefined;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/** Holds the tests that may follow {@code is}. */
final class JinjaTests {
  private JinjaTests() {}

  static boolean apply(final String name, final Object subject, final Arguments args) {
    final Object value = SafeText.plain(subject);
    return switch (name) {
      case "defined" -> !(value instanceof Undefined);
      case "undefined" -> value instanceof Undefined;
      case "none" -> value == None.NONE;
      case "boolean" -> value instanceof Boolean;
      case "true" -> Boolean.TRUE.equals(value);
      case "false" -> Boolean.FALSE.equals(value);
      case "integer" -> Arithmetic.isInteger(value) && !(value instanceof Boolean);
      case "float" -> value instanceof Double;
      case "number" -> Arithmetic.isNumber(value);
      case "string" -> value instanceof String;
      case "mapping" -> value instanceof Map<?, ?>;
      case "sequence" -> isSequence(value);
      case "iterable" -> Sequences.isIterable(value);
      case "callable" -> value instanceof Callable || value instanceof Undefined;
      case "sameas" -> same(value, args.need(0, "other"));
      case "in" -> Evaluator.holds("in", value, args.need(0, "seq"));
      case "odd" -> modulo(value, 2L).equals(1L);
      case "even" -> modulo(value, 2L).equals(0L);
      case "divisibleby" -> modulo(value, args.need(0, "num")).equals(0L);
      case "lower" -> cased(value, "islower");
      case "upper" -> cased(value, "isupper");
      case "escaped" -> false;
      case "filter" -> Filters.isKnown(PythonText.str(value));
      default -> {
        final String operator = operator(name);
        if (operator == null) {
          throw new TemplateException("no test named '" + name + "'");
        }
        yield Evaluator.holds(operator, value, args.need(0, "other"));
      }
    };
  }

  private static String operator(final String name) {
    return switch (name) {
      case "eq", "equalto", "==" -> "==";
      case "ne", "!=" -> "!=";
      case "lt", "lessthan", "<" -> "<";
      case "le", "<=" -> "<=";
      case "gt", "greaterthan", ">" -> ">";
      case "ge", ">=" -> ">=";
      default -> null;
    };
  }

  private static boolean isSequence(final Object value) {
    return value instanceof String
        || value instanceof List<?>
        || value instanceof Map<?, ?>
        || value instanceof Tuple
        || value instanceof Undefined;
  }

  private static boolean same(final Object a, final Object b) {
    return a == b || a instanceof Boolean && a.equals(b) || a instanceof String && a.equals(b);
  }

  private static Object modulo(final Object value, final Object by) {
    final Object rest = Arithmetic.binary("%", value, by);
    return rest instanceof BigInteger || rest instanceof Long ? rest : (Object) 2L;
  }

  private static boolean cased(final Object value, final String method) {
    return (Boolean) StringMethods.call(PythonText.str(value), method);
  }
}
