package dev.coppice.chat.syntax;

import dev.coppice.chat.value.TemplateException;
import java.util.List;

/**
 * Walks the tokens of a template, looking one ahead.
 *
 * @thread one at a time.
 */
final class TokenReader {
  private static final int DEEPEST = 128;

  private final List<Token> tokens;
  private int at;
  private int depth;

  TokenReader(final List<Token> tokens) {
    this.tokens = tokens;
  }

  Token current() {
    return tokens.get(at);
  }

  Token ahead() {
    return tokens.get(Math.min(at + 1, tokens.size() - 1));
  }

  Token next() {
    final Token token = tokens.get(at);
    if (at < tokens.size() - 1) {
      at++;
    }
    return token;
  }

  boolean is(final Token.Kind kind) {
    return current().kind() == kind;
  }

  boolean skipName(final String name) {
    final boolean found = current().isName(name);
    if (found) {
      next();
    }
    return found;
  }

  boolean skipOperator(final String operator) {
    final boolean found = current().isOperator(operator);
    if (found) {
      next();
    }
    return found;
  }

  void expectOperator(final String operator) {
    if (!skipOperator(operator)) {
      throw failure("expected '" + operator + "', got " + current().describe());
    }
  }

  void expect(final Token.Kind kind) {
    if (!is(kind)) {
      throw failure("expected " + kind + ", got " + current().describe());
    }
    next();
  }

  String name() {
    if (!is(Token.Kind.NAME)) {
      throw failure("expected a name, got " + current().describe());
    }
    return next().text();
  }

  /** Counts nesting, so that no template overflows the stack. */
  void enter() {
    if (++depth > DEEPEST) {
      throw failure("nested too deeply: depth=" + depth);
    }
  }

  void leave() {
    depth--;
  }

  TemplateException failure(final String what) {
    return new TemplateException("template line " + current().line() + ": " + what);
  }
}
