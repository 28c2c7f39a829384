package dev.coppice.chat.syntax;

/**
 * Is one token.
 *
 * @param kind of it.
 * @param text of a name or operator.
 * @param value of a literal.
 * @param line it stands in, from 1.
 */
record Token(Kind kind, String text, Object value, int line) {
  /** What a token is. */
  enum Kind {
    DATA,
    PRINT_BEGIN,
    PRINT_END,
    BLOCK_BEGIN,
    BLOCK_END,
    NAME,
    STRING,
    NUMBER,
    OPERATOR,
    END
  }

  boolean isName(final String name) {
    return kind == Kind.NAME && text.equals(name);
  }

  boolean isOperator(final String operator) {
    return kind == Kind.OPERATOR && text.equals(operator);
  }

  String describe() {
    return kind == Kind.DATA || kind == Kind.END ? kind.toString() : "'" + text + "'";
  }
}
