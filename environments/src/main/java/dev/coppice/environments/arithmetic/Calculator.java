package dev.coppice.environments.arithmetic;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Computes one call against a pool of numbers.
 *
 * <p>The text alone is ambiguous: {@code 7/2/3} is {@code 7/2} divided by {@code 3}, or {@code 7}
 * divided by {@code 2/3}; {@code 5--8} subtracts a negative number. So the text is split at every
 * operator and the numbers of the pool decide. Of several playable splits the last one counts, as
 * arithmetic reads from left to right. This is a parser of its own: nothing is evaluated as code.
 *
 * <ul>
 *   <li>{@code bad}: no split leaves a number on both sides.
 *   <li>{@code illegal}: no split has both numbers in the pool (twice, if they are equal), or the
 *       call divides by zero or overflows.
 * </ul>
 *
 * @thread stateless, any thread
 */
public final class Calculator {
  /** Calls longer than this are {@link CalculatorResult.Kind#BAD}, before anything is parsed. */
  public static final int LONGEST_CALL_CHARS = 64;

  private Calculator() {}

  /**
   * Computes a call and takes its operands out of the pool.
   *
   * @param pool of numbers in descending order; not mutated.
   * @param call as the model wrote it, without tags and without spaces.
   * @return the result with the new pool.
   */
  public static CalculatorResult call(final List<Fraction> pool, final String call) {
    CalculatorResult.Kind kind = CalculatorResult.Kind.BAD;
    if (call.length() > LONGEST_CALL_CHARS) {
      return new CalculatorResult(kind, null, null, pool);
    }
    for (int at = call.length() - 2; at >= 1; at--) {
      final Operator operator = Operator.ofSymbol(call.charAt(at));
      final String left = call.substring(0, at);
      final String right = call.substring(at + 1);
      if (operator == null || !Fraction.isNumber(left) || !Fraction.isNumber(right)) {
        continue;
      }
      kind = CalculatorResult.Kind.ILLEGAL;
      try {
        final Move move = new Move(Fraction.parse(left), operator, Fraction.parse(right));
        if (holds(pool, move)) {
          final Fraction value = move.result();
          return new CalculatorResult(
              CalculatorResult.Kind.VALID, move, value, replace(pool, move, value));
        }
      } catch (ArithmeticException e) {
        // Division by zero or overflow: another split may still be playable, else it is illegal.
        kind = CalculatorResult.Kind.ILLEGAL;
      }
    }
    return new CalculatorResult(kind, null, null, pool);
  }

  /** Replaces the operands of a move by its result and keeps the descending order. */
  static List<Fraction> replace(final List<Fraction> pool, final Move move, final Fraction value) {
    final List<Fraction> next = new ArrayList<>(pool);
    if (!next.remove(move.left()) || !next.remove(move.right())) {
      throw new IllegalArgumentException("operand not in the pool: move=" + move + " pool=" + pool);
    }
    next.add(value);
    next.sort(Comparator.reverseOrder());
    return List.copyOf(next);
  }

  private static boolean holds(final List<Fraction> pool, final Move move) {
    final int left = pool.indexOf(move.left());
    if (left < 0) {
      return false;
    }
    return move.left().equals(move.right())
        ? pool.lastIndexOf(move.left()) > left
        : pool.contains(move.right());
  }
}
