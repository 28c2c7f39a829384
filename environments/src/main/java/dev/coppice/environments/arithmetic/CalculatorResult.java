package dev.coppice.environments.arithmetic;

import java.util.List;

/**
 * Tells what a calculator call did.
 *
 * @param kind of outcome.
 * @param move that was played, or null unless {@code kind} is {@link Kind#VALID}.
 * @param value that was computed, or null unless {@code kind} is {@link Kind#VALID}.
 * @param pool of numbers in descending order after the call; unchanged unless {@code kind} is
 *     {@link Kind#VALID}.
 * @thread immutable, any thread
 */
public record CalculatorResult(Kind kind, Move move, Fraction value, List<Fraction> pool) {

  /** Says how a call was received. */
  public enum Kind {
    /** The call was computed. */
    VALID,
    /** The call is spelled correctly but may not be played. */
    ILLEGAL,
    /** The text is not two numbers with an operator between them. */
    BAD
  }

  /** Copies the pool. */
  public CalculatorResult {
    pool = List.copyOf(pool);
  }

  /**
   * Returns the text the environment writes between {@code <obs>} and {@code </obs>}.
   *
   * @return the exact number, {@code illegal} or {@code bad}.
   */
  public String observation() {
    return switch (kind) {
      case VALID -> value.toString();
      case ILLEGAL -> "illegal";
      case BAD -> "bad";
    };
  }
}
