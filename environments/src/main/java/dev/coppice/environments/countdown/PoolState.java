package dev.coppice.environments.countdown;

import dev.coppice.environments.arithmetic.Calculator;
import dev.coppice.environments.arithmetic.CalculatorResult;
import dev.coppice.environments.arithmetic.CountdownOracle;
import dev.coppice.environments.arithmetic.Fraction;
import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Score;
import dev.coppice.trajectory.ToolCall;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Holds the numbers an agent may combine and the calls it has made.
 *
 * <p>A state never changes: whoever makes a call moves on to the next state, so forks share states
 * freely.
 *
 * @param pool of numbers in descending order.
 * @param target to make.
 * @param callLimit the number of calls the episode allows.
 * @param calls made so far, refused ones included.
 * @param computed the number of calls the calculator computed.
 * @param malformed the number of calls nobody could read.
 * @thread immutable, any thread
 */
public record PoolState(
    List<Fraction> pool, Fraction target, int callLimit, int calls, int computed, int malformed) {
  /** The name of the tool that combines numbers. */
  public static final String CALCULATOR = "calculator";

  /** Copies the pool. */
  public PoolState {
    pool = List.copyOf(pool);
  }

  /**
   * Returns how many calls the episode still allows.
   *
   * @return the number of calls; never negative.
   */
  public int callsLeft() {
    return Math.max(0, callLimit - calls);
  }

  /**
   * Adds a number to the pool.
   *
   * @param number to add.
   * @return the next state.
   */
  public PoolState withNumber(final Fraction number) {
    final List<Fraction> next = new ArrayList<>(pool);
    next.add(number);
    next.sort(Comparator.reverseOrder());
    return new PoolState(next, target, callLimit, calls, computed, malformed);
  }

  /**
   * Counts a call that does not touch the pool.
   *
   * @param readable whether the call could be read.
   * @return the next state.
   */
  public PoolState counted(final boolean readable) {
    return new PoolState(
        pool, target, callLimit, calls + 1, computed, readable ? malformed : malformed + 1);
  }

  /**
   * Counts a calculator call and takes over its pool.
   *
   * @param result of the call on this state's pool.
   * @return the next state.
   */
  public PoolState after(final CalculatorResult result) {
    return switch (result.kind()) {
      case VALID ->
          new PoolState(result.pool(), target, callLimit, calls + 1, computed + 1, malformed);
      case ILLEGAL -> counted(true);
      case BAD -> counted(false);
    };
  }

  /**
   * Tells whether some continuation is rewarded.
   *
   * @param hidden numbers the agent may still fetch into the pool, each with one call.
   * @return true if the target can be made with at least one computed call within the calls left.
   * @cost at most 16 choices of hidden numbers, each a search of well under a millisecond.
   */
  public boolean solvable(final List<Fraction> hidden) {
    for (int choice = 0; choice < 1 << hidden.size(); choice++) {
      final List<Fraction> numbers = new ArrayList<>(pool);
      for (int i = 0; i < hidden.size(); i++) {
        if ((choice >>> i & 1) == 1) {
          numbers.add(hidden.get(i));
        }
      }
      if (solvableWith(numbers, callsLeft() - Integer.bitCount(choice))) {
        return true;
      }
    }
    return false;
  }

  private boolean solvableWith(final List<Fraction> numbers, final int callsRemaining) {
    if (callsRemaining < 0) {
      return false;
    }
    // Without a computed call even a target that lies in the pool earns nothing.
    return computed == 0
        ? !CountdownOracle.winningMoves(numbers, target, callsRemaining).isEmpty()
        : CountdownOracle.solvable(numbers, target, callsRemaining);
  }

  /**
   * Scores an answer.
   *
   * @param answer as sampled, or null where there is none.
   * @return reward 1 if the answer is the target, the target lies in the pool and at least one call
   *     was computed, else 0.
   */
  public Score score(final String answer) {
    final String number = numberOrNull(answer);
    final boolean right = target.toString().equals(number);
    final boolean made = computed > 0 && pool.contains(target);
    final double wellFormed = calls == 0 ? 1.0 : (double) (calls - malformed) / calls;
    return new Score(
        right && made ? 1.0 : 0.0,
        Map.of("answer", right ? 1.0 : 0.0, "made", made ? 1.0 : 0.0, "wellformed", wellFormed),
        number);
  }

  /**
   * Writes what the policy is shown of a calculator call.
   *
   * @param call as sampled.
   * @param result of the call.
   * @param correct whether the call was right, or null.
   * @return the observation.
   */
  public static Observation observation(
      final String call, final CalculatorResult result, final Boolean correct) {
    final String text = "<obs>" + result.observation() + "</obs>";
    return switch (result.kind()) {
      case VALID -> calculator(text, result.move().toString(), ToolCall.Status.OK, correct);
      case ILLEGAL -> calculator(text, call, ToolCall.Status.ILLEGAL, false);
      case BAD -> Observation.of(text, "", "{}", ToolCall.Status.MALFORMED, false);
    };
  }

  /**
   * Refuses a call past the limit, which ends the episode.
   *
   * @return the observation.
   */
  public static Observation refusal() {
    return new Observation(
        "<obs>illegal</obs>", "", "{}", ToolCall.Status.ILLEGAL, false, true, 0.0);
  }

  /**
   * Computes a call on this state's pool.
   *
   * @param call as sampled.
   * @return the result.
   */
  public CalculatorResult compute(final String call) {
    return Calculator.call(pool, call);
  }

  private static Observation calculator(
      final String text,
      final String expression,
      final ToolCall.Status status,
      final Boolean correct) {
    final String arguments = CanonicalJson.write(Map.of("expression", expression));
    return Observation.of(text, CALCULATOR, arguments, status, correct);
  }

  /** Answers are spelled as the calculator spells them, in lowest terms, or they are none. */
  private static String numberOrNull(final String answer) {
    try {
      return answer != null
              && Fraction.isNumber(answer)
              && Fraction.parse(answer).toString().equals(answer)
          ? answer
          : null;
    } catch (ArithmeticException e) {
      return null;
    }
  }
}
