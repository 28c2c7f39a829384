package dev.coppice.environments.arithmetic;

/**
 * Lists the four operators of the calculator.
 *
 * @thread immutable, any thread
 */
public enum Operator {
  /** Adds. */
  PLUS('+'),
  /** Subtracts the right operand from the left one. */
  MINUS('-'),
  /** Multiplies. */
  TIMES('*'),
  /** Divides the left operand by the right one. */
  DIVIDED_BY('/');

  private final char symbol;

  Operator(final char symbol) {
    this.symbol = symbol;
  }

  /**
   * Returns the character that stands for this operator in a call.
   *
   * @return one of {@code + - * /}.
   */
  public char symbol() {
    return symbol;
  }

  /**
   * Tells whether the order of the operands does not matter.
   *
   * @return true for plus and times.
   */
  public boolean isCommutative() {
    return this == PLUS || this == TIMES;
  }

  /**
   * Applies this operator exactly.
   *
   * @param left operand.
   * @param right operand.
   * @return the exact result.
   * @throws ArithmeticException on division by zero or overflow.
   */
  public Fraction apply(final Fraction left, final Fraction right) {
    return switch (this) {
      case PLUS -> left.plus(right);
      case MINUS -> left.minus(right);
      case TIMES -> left.times(right);
      case DIVIDED_BY -> left.dividedBy(right);
    };
  }

  /**
   * Finds the operator of a character.
   *
   * @param symbol to look up.
   * @return the operator, or null if the character stands for none.
   */
  static Operator ofSymbol(final char symbol) {
    for (final Operator operator : values()) {
      if (operator.symbol == symbol) {
        return operator;
      }
    }
    return null;
  }
}
