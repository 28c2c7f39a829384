package dev.coppice.chat.syntax;

import dev.coppice.chat.syntax.Expression.Attribute;
import dev.coppice.chat.syntax.Expression.Binary;
import dev.coppice.chat.syntax.Expression.Call;
import dev.coppice.chat.syntax.Expression.CallArguments;
import dev.coppice.chat.syntax.Expression.Choice;
import dev.coppice.chat.syntax.Expression.Compare;
import dev.coppice.chat.syntax.Expression.Concat;
import dev.coppice.chat.syntax.Expression.Constant;
import dev.coppice.chat.syntax.Expression.DictOf;
import dev.coppice.chat.syntax.Expression.Filter;
import dev.coppice.chat.syntax.Expression.Item;
import dev.coppice.chat.syntax.Expression.ListOf;
import dev.coppice.chat.syntax.Expression.Logic;
import dev.coppice.chat.syntax.Expression.Name;
import dev.coppice.chat.syntax.Expression.Not;
import dev.coppice.chat.syntax.Expression.Sign;
import dev.coppice.chat.syntax.Expression.Slice;
import dev.coppice.chat.syntax.Expression.Test;
import dev.coppice.chat.syntax.Expression.TupleOf;
import dev.coppice.chat.value.None;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads expressions, by Jinja's order of precedence.
 *
 * <pre>
 *   a if b else c  |  or  |  and  |  not  |  == in ...  |  + -  |  ~  |  * / // %  |  **  |  - +
 *   name literal (...) [...] {...}  then  .name [key] (call)  then  |filter  is test
 * </pre>
 *
 * @thread one at a time.
 */
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", ">", ">=", "<", "<=");
  private static final Set<String> PRODUCTS = Set.of("*", "/", "//", "%");
  private static final Constant NOTHING = new Constant(None.NONE);

  private final TokenReader in;

  ExpressionParser(final TokenReader in) {
    this.in = in;
  }

  /** Reads an expression; several between commas are a tuple. */
  Expression tuple(final boolean choices, final boolean inParentheses, final String end) {
    final List<Expression> items = new ArrayList<>();
    boolean isTuple = false;
    while (true) {
      if (!items.isEmpty()) {
        in.expectOperator(",");
      }
      if (isTupleEnd(end)) {
        break;
      }
      items.add(choices ? choice() : or());
      if (!in.current().isOperator(",")) {
        break;
      }
      isTuple = true;
    }
    if (!isTuple && items.size() == 1) {
      return items.getFirst();
    }
    if (!isTuple && !inParentheses) {
      throw in.failure("expected an expression, got " + in.current().describe());
    }
    return new TupleOf(List.copyOf(items));
  }

  private boolean isTupleEnd(final String end) {
    return in.is(Token.Kind.PRINT_END)
        || in.is(Token.Kind.BLOCK_END)
        || in.current().isOperator(")")
        || end != null && in.current().isName(end);
  }

  /** Reads one expression. */
  Expression choice() {
    in.enter();
    Expression value = or();
    while (in.skipName("if")) {
      final Expression condition = or();
      value = new Choice(condition, value, in.skipName("else") ? choice() : null);
    }
    in.leave();
    return value;
  }

  Expression or() {
    Expression left = and();
    while (in.skipName("or")) {
      left = new Logic(false, left, and());
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (in.skipName("and")) {
      left = new Logic(true, left, not());
    }
    return left;
  }

  private Expression not() {
    if (!in.skipName("not")) {
      return compare();
    }
    in.enter();
    final Expression negated = new Not(not());
    in.leave();
    return negated;
  }

  private Expression compare() {
    final Expression first = sum();
    final List<String> operators = new ArrayList<>();
    final List<Expression> others = new ArrayList<>();
    while (true) {
      final Token token = in.current();
      if (token.kind() == Token.Kind.OPERATOR && COMPARISONS.contains(token.text())) {
        operators.add(in.next().text());
      } else if (in.skipName("in")) {
        operators.add("in");
      } else if (token.isName("not") && in.ahead().isName("in")) {
        in.next();
        in.next();
        operators.add("not in");
      } else {
        break;
      }
      others.add(sum());
    }
    return operators.isEmpty() ? first : new Compare(first, operators, others);
  }

  private Expression sum() {
    Expression left = concat();
    while (in.current().isOperator("+") || in.current().isOperator("-")) {
      left = new Binary(in.next().text(), left, concat());
    }
    return left;
  }

  private Expression concat() {
    final List<Expression> parts = new ArrayList<>();
    parts.add(product());
    while (in.skipOperator("~")) {
      parts.add(product());
    }
    return parts.size() == 1 ? parts.getFirst() : new Concat(parts);
  }

  private Expression product() {
    Expression left = power();
    while (in.is(Token.Kind.OPERATOR) && PRODUCTS.contains(in.current().text())) {
      left = new Binary(in.next().text(), left, power());
    }
    return left;
  }

  private Expression power() {
    Expression left = unary(true);
    while (in.skipOperator("**")) {
      left = new Binary("**", left, unary(true));
    }
    return left;
  }

  private Expression unary(final boolean filters) {
    in.enter();
    Expression value;
    if (in.current().isOperator("-") || in.current().isOperator("+")) {
      value = new Sign(in.next().text().equals("-"), unary(false));
    } else {
      value = primary();
    }
    value = postfix(value);
    while (filters) {
      if (in.current().isOperator("|")) {
        value = filter(value);
      } else if (in.current().isName("is")) {
        value = test(value);
      } else if (in.current().isOperator("(")) {
        value = new Call(value, arguments());
      } else {
        break;
      }
    }
    in.leave();
    return value;
  }

  private Expression primary() {
    final Token token = in.current();
    if (token.kind() == Token.Kind.NAME) {
      in.next();
      return switch (token.text()) {
        case "true", "True" -> new Constant(true);
        case "false", "False" -> new Constant(false);
        case "none", "None" -> NOTHING;
        default -> new Name(token.text());
      };
    }
    if (token.kind() == Token.Kind.STRING) {
      final StringBuilder text = new StringBuilder();
      while (in.is(Token.Kind.STRING)) {
        text.append(in.next().value());
      }
      return new Constant(text.toString());
    }
    if (token.kind() == Token.Kind.NUMBER) {
      return new Constant(in.next().value());
    }
    if (in.skipOperator("(")) {
      final Expression inside = tuple(true, true, null);
      in.expectOperator(")");
      return inside;
    }
    if (in.skipOperator("[")) {
      return new ListOf(items());
    }
    if (in.skipOperator("{")) {
      return dict();
    }
    throw in.failure("unexpected " + token.describe());
  }

  private List<Expression> items() {
    final List<Expression> items = new ArrayList<>();
    while (!in.skipOperator("]")) {
      if (!items.isEmpty()) {
        in.expectOperator(",");
        if (in.skipOperator("]")) {
          break;
        }
      }
      items.add(choice());
    }
    return items;
  }

  private Expression dict() {
    final List<Expression> keys = new ArrayList<>();
    final List<Expression> values = new ArrayList<>();
    while (!in.skipOperator("}")) {
      if (!keys.isEmpty()) {
        in.expectOperator(",");
        if (in.skipOperator("}")) {
          break;
        }
      }
      keys.add(choice());
      in.expectOperator(":");
      values.add(choice());
    }
    return new DictOf(keys, values);
  }

  private Expression postfix(final Expression start) {
    Expression value = start;
    while (true) {
      if (in.skipOperator(".")) {
        value =
            in.is(Token.Kind.NUMBER)
                ? new Item(value, new Constant(in.next().value()))
                : new Attribute(value, in.name());
      } else if (in.skipOperator("[")) {
        value = new Item(value, subscript());
      } else if (in.current().isOperator("(")) {
        value = new Call(value, arguments());
      } else {
        return value;
      }
    }
  }

  private Expression subscript() {
    final List<Expression> keys = new ArrayList<>();
    while (!in.skipOperator("]")) {
      if (!keys.isEmpty()) {
        in.expectOperator(",");
      }
      keys.add(slice());
    }
    return keys.size() == 1 ? keys.getFirst() : new TupleOf(keys);
  }

  private Expression slice() {
    final Expression start = in.current().isOperator(":") ? NOTHING : choice();
    if (!in.skipOperator(":")) {
      return start;
    }
    final Expression stop = isSliceEnd() ? NOTHING : choice();
    final Expression step = in.skipOperator(":") && !isSliceEnd() ? choice() : NOTHING;
    return new Slice(start, stop, step);
  }

  private boolean isSliceEnd() {
    final Token token = in.current();
    return token.isOperator(":") || token.isOperator("]") || token.isOperator(",");
  }

  /** Reads the arguments of a call, with their parentheses. */
  CallArguments arguments() {
    in.expectOperator("(");
    final List<Expression> positional = new ArrayList<>();
    final List<String> names = new ArrayList<>();
    final List<Expression> named = new ArrayList<>();
    Expression spread = null;
    Expression spreadNamed = null;
    boolean first = true;
    while (!in.skipOperator(")")) {
      if (!first) {
        in.expectOperator(",");
        if (in.skipOperator(")")) {
          break;
        }
      }
      first = false;
      if (spread == null && spreadNamed == null && in.skipOperator("*")) {
        spread = choice();
      } else if (spreadNamed == null && in.skipOperator("**")) {
        spreadNamed = choice();
      } else if (in.is(Token.Kind.NAME) && in.ahead().isOperator("=")) {
        names.add(in.name());
        in.expectOperator("=");
        named.add(choice());
      } else if (names.isEmpty() && spread == null && spreadNamed == null) {
        positional.add(choice());
      } else {
        throw in.failure("invalid syntax for function call expression");
      }
    }
    return new CallArguments(positional, names, named, spread, spreadNamed);
  }

  /** Reads filters from the bar on. */
  Filter filter(final Expression input) {
    in.expectOperator("|");
    return namedFilter(input);
  }

  /** Reads filters from the first one's name on. */
  Filter namedFilter(final Expression input) {
    final String name = dottedName();
    Filter filter = new Filter(input, name, optionalArguments());
    while (in.current().isOperator("|")) {
      filter = filter(filter);
    }
    return filter;
  }

  private CallArguments optionalArguments() {
    return in.current().isOperator("(") ? arguments() : CallArguments.NONE;
  }

  private String dottedName() {
    final StringBuilder name = new StringBuilder(in.name());
    while (in.skipOperator(".")) {
      name.append('.').append(in.name());
    }
    return name.toString();
  }

  private Expression test(final Expression input) {
    in.next();
    final boolean negated = in.skipName("not");
    final String name = dottedName();
    CallArguments with = CallArguments.NONE;
    if (in.current().isOperator("(")) {
      with = arguments();
    } else if (startsArgument()) {
      if (in.current().isName("is")) {
        throw in.failure("tests cannot be chained with is");
      }
      final Expression one = postfix(primary());
      with = new CallArguments(List.of(one), List.of(), List.of(), null, null);
    }
    final Expression test = new Test(input, name, with);
    return negated ? new Not(test) : test;
  }

  private boolean startsArgument() {
    final Token token = in.current();
    return switch (token.kind()) {
      case STRING, NUMBER -> true;
      case OPERATOR -> token.isOperator("[") || token.isOperator("{");
      case NAME -> !token.isName("else") && !token.isName("or") && !token.isName("and");
      default -> false;
    };
  }
}
