package dev.coppice.environments.arithmetic;

import java.util.List;

/**
 * Represents one calculator call: two numbers of the pool and an operator.
 *
 * @param left operand, which the call takes out of the pool.
 * @param operator between the operands.
 * @param right operand, which the call takes out of the pool.
 * @thread immutable, any thread
 */
public record Move(Fraction left, Operator operator, Fraction right) {

  /**
   * Computes what the call returns.
   *
   * @return the exact result.
   * @throws ArithmeticException on division by zero or overflow.
   */
  public Fraction result() {
    return operator.apply(left, right);
  }

  /**
   * Plays the call on a pool.
   *
   * @param pool of numbers in descending order that holds both operands.
   * @return the new pool in descending order, without the operands and with the result.
   * @throws IllegalArgumentException if an operand is not in the pool.
   */
  public List<Fraction> applyTo(final List<Fraction> pool) {
    return Calculator.replace(pool, this, result());
  }

  /**
   * Writes the same sum or product with its operands the other way round.
   *
   * @return the swapped move.
   */
  public Move swapped() {
    return new Move(right, operator, left);
  }

  /** Writes the text of the call as the model writes it: {@code 8*3}, {@code 7/2*3}, {@code 5--8}. */
  @Override
  public String toString() {
    return left.toString() + operator.symbol() + right;
  }
}
