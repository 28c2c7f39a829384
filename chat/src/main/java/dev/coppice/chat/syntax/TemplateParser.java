package dev.coppice.chat.syntax;

import dev.coppice.chat.syntax.Expression.Call;
import dev.coppice.chat.syntax.Statement.Signature;
import dev.coppice.chat.syntax.Statement.Target;
import dev.coppice.chat.value.TemplateException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads statements: those of Jinja, of its loop controls, and {@code generation} of transformers.
 *
 * <p>What would reach for other templates - extends, include, import - is refused by name.
 *
 * @thread one at a time.
 */
public final class TemplateParser {
  private static final Set<String> LITERALS =
      Set.of("true", "True", "false", "False", "none", "None");

  private final TokenReader in;
  private final ExpressionParser expressions;

  private TemplateParser(final TokenReader in) {
    this.in = in;
    expressions = new ExpressionParser(in);
  }

  /**
   * Reads a template.
   *
   * @param source of it.
   * @return its statements.
   * @throws TemplateException naming the line of the first mistake.
   */
  public static List<Statement> parse(final String source) {
    final TemplateParser parser = new TemplateParser(new TokenReader(Lexer.tokens(source)));
    final List<Statement> body = parser.body(List.of());
    if (!parser.in.is(Token.Kind.END)) {
      throw parser.in.failure("unexpected " + parser.in.current().describe());
    }
    return body;
  }

  /** Reads up to one of the names that end the body; that name is then the current token. */
  private List<Statement> body(final List<String> ends) {
    in.enter();
    final List<Statement> body = new ArrayList<>();
    while (!in.is(Token.Kind.END)) {
      final Token token = in.next();
      switch (token.kind()) {
        case DATA -> body.add(new Statement.Text(token.text()));
        case PRINT_BEGIN -> {
          body.add(new Statement.Print(expressions.tuple(true, false, null)));
          in.expect(Token.Kind.PRINT_END);
        }
        default -> {
          if (in.is(Token.Kind.NAME) && ends.contains(in.current().text())) {
            in.leave();
            return body;
          }
          body.add(statement());
          in.expect(Token.Kind.BLOCK_END);
        }
      }
    }
    if (!ends.isEmpty()) {
      throw in.failure("unexpected end of template, looking for " + ends);
    }
    in.leave();
    return body;
  }

  /** Reads the end of a tag and the body after it, and drops the name that ends it. */
  private List<Statement> bodyTo(final String end) {
    final List<Statement> body = bodyBefore(end);
    in.next();
    return body;
  }

  private List<Statement> bodyBefore(final String... ends) {
    in.skipOperator(":");
    in.expect(Token.Kind.BLOCK_END);
    return body(List.of(ends));
  }

  private Statement statement() {
    final String tag = in.name();
    return switch (tag) {
      case "if" -> branches();
      case "for" -> loop();
      case "set" -> set();
      case "macro" -> {
        final String name = in.name();
        yield new Statement.Macro(name, signature(), bodyTo("endmacro"));
      }
      case "call" -> callBlock();
      case "filter" ->
          new Statement.FilterBlock(expressions.namedFilter(null), bodyTo("endfilter"));
      case "with" -> with();
      case "generation" -> new Statement.Scoped(bodyTo("endgeneration"));
      case "block" -> block();
      case "print" -> new Statement.Print(expressions.tuple(true, false, null));
      case "break" -> new Statement.Jump(true);
      case "continue" -> new Statement.Jump(false);
      case "extends", "include", "import", "from", "autoescape" ->
          throw in.failure("the tag '" + tag + "' is not supported in a chat template");
      default -> throw in.failure("unknown tag '" + tag + "'");
    };
  }

  private Statement block() {
    final String name = in.name();
    in.skipName("scoped");
    in.skipName("required");
    final List<Statement> body = bodyTo("endblock");
    in.skipName(name);
    return new Statement.Scoped(body);
  }

  private Statement branches() {
    final List<Expression> conditions = new ArrayList<>();
    final List<List<Statement>> bodies = new ArrayList<>();
    List<Statement> otherwise = List.of();
    String end = "elif";
    while (end.equals("elif")) {
      conditions.add(expressions.tuple(false, false, null));
      bodies.add(bodyBefore("elif", "else", "endif"));
      end = in.name();
    }
    if (end.equals("else")) {
      otherwise = bodyTo("endif");
    }
    return new Statement.If(conditions, bodies, otherwise);
  }

  private Statement loop() {
    final Target target = target("in", false);
    if (!in.skipName("in")) {
      throw in.failure("expected 'in', got " + in.current().describe());
    }
    final Expression items = expressions.tuple(false, false, "recursive");
    final Expression condition = in.skipName("if") ? expressions.choice() : null;
    final boolean recursive = in.skipName("recursive");
    final List<Statement> body = bodyBefore("endfor", "else");
    final List<Statement> otherwise =
        in.name().equals("else") ? bodyTo("endfor") : List.<Statement>of();
    return new Statement.For(target, items, condition, recursive, body, otherwise);
  }

  private Statement set() {
    final Target target = target(null, true);
    if (in.skipOperator("=")) {
      return new Statement.Set(target, expressions.tuple(true, false, null));
    }
    final Expression filter = in.current().isOperator("|") ? expressions.filter(null) : null;
    return new Statement.SetBlock(target, filter, bodyTo("endset"));
  }

  private Statement callBlock() {
    final Signature signature =
        in.current().isOperator("(") ? signature() : new Signature(List.of(), List.of());
    if (expressions.choice() instanceof Call call) {
      return new Statement.CallBlock(signature, call, bodyTo("endcall"));
    }
    throw in.failure("expected call");
  }

  private Statement with() {
    final List<Target> targets = new ArrayList<>();
    final List<Expression> values = new ArrayList<>();
    while (!in.is(Token.Kind.BLOCK_END)) {
      if (!targets.isEmpty()) {
        in.expectOperator(",");
      }
      targets.add(target(null, false));
      in.expectOperator("=");
      values.add(expressions.choice());
    }
    return new Statement.With(targets, values, bodyTo("endwith"));
  }

  private Signature signature() {
    in.expectOperator("(");
    final List<String> names = new ArrayList<>();
    final List<Expression> defaults = new ArrayList<>();
    while (!in.skipOperator(")")) {
      if (!names.isEmpty()) {
        in.expectOperator(",");
      }
      names.add(variable());
      if (in.skipOperator("=")) {
        defaults.add(expressions.choice());
      } else if (!defaults.isEmpty()) {
        throw in.failure("non-default argument follows default argument");
      }
    }
    return new Signature(names, defaults);
  }

  /** Reads what can be assigned to; several between commas take a sequence apart. */
  private Target target(final String end, final boolean slots) {
    final List<Target> parts = new ArrayList<>();
    boolean several = false;
    while (true) {
      if (!parts.isEmpty()) {
        in.expectOperator(",");
      }
      if (several && (in.is(Token.Kind.BLOCK_END) || end != null && in.current().isName(end))) {
        break;
      }
      parts.add(oneTarget(slots));
      if (!in.current().isOperator(",")) {
        break;
      }
      several = true;
    }
    return several ? new Target.Several(parts) : parts.getFirst();
  }

  private Target oneTarget(final boolean slots) {
    if (in.skipOperator("(")) {
      final Target inside = target(null, slots);
      in.expectOperator(")");
      return inside;
    }
    final String name = variable();
    return slots && in.skipOperator(".")
        ? new Target.Slot(name, in.name())
        : new Target.Variable(name);
  }

  private String variable() {
    final String name = in.name();
    if (LITERALS.contains(name)) {
      throw in.failure("cannot assign to '" + name + "'");
    }
    return name;
  }
}
