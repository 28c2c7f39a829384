package dev.coppice.environments.arithmetic;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Solves {@code countdown} exhaustively over exact rationals, as the calculator computes.
 *
 * <p>So the value of every prefix is known: a state is a pool of numbers, a target and the number of
 * calls that may still be made, and it is worth 1 if some continuation solves it, else 0.
 *
 * @cost a pool of four numbers has at most 36 x 18 x 6 leaves: well under a millisecond.
 * @thread stateless, any thread
 */
public final class CountdownOracle {
  private CountdownOracle() {}

  /**
   * Lists the calls the calculator would accept, without swapped sums and products.
   *
   * @param pool of numbers.
   * @return the distinct moves, the larger operand of a sum or product first.
   */
  public static List<Move> moves(final List<Fraction> pool) {
    final Set<Move> moves = new LinkedHashSet<>();
    for (int i = 0; i < pool.size(); i++) {
      for (int j = i + 1; j < pool.size(); j++) {
        final boolean ordered = pool.get(i).compareTo(pool.get(j)) >= 0;
        addMoves(moves, pool.get(ordered ? i : j), pool.get(ordered ? j : i));
      }
    }
    return List.copyOf(moves);
  }

  /**
   * Counts the calls of a shortest solution.
   *
   * @param pool of numbers.
   * @param target to make.
   * @return 0 if the pool holds the target, -1 if it cannot be made, else the number of calls.
   */
  public static int fewestCalls(final List<Fraction> pool, final Fraction target) {
    if (pool.contains(target)) {
      return 0;
    }
    int fewest = -1;
    for (final Move move : moves(pool)) {
      final int rest = fewestCallsAfter(pool, move, target);
      if (rest >= 0 && (fewest < 0 || rest + 1 < fewest)) {
        fewest = rest + 1;
      }
    }
    return fewest;
  }

  /**
   * Tells whether a state can still be solved.
   *
   * @param pool of numbers.
   * @param target to make.
   * @param callsLeft that the episode still allows.
   * @return true if a shortest solution has at most {@code callsLeft} calls.
   */
  public static boolean solvable(
      final List<Fraction> pool, final Fraction target, final int callsLeft) {
    final int fewest = fewestCalls(pool, target);
    return fewest >= 0 && fewest <= callsLeft;
  }

  /**
   * Lists the moves after which the target can still be made.
   *
   * @param pool of numbers.
   * @param target to make.
   * @param callsLeft that the episode still allows, the listed move included.
   * @return those of {@link #moves} that keep the state solvable.
   */
  public static List<Move> winningMoves(
      final List<Fraction> pool, final Fraction target, final int callsLeft) {
    final List<Move> winning = new ArrayList<>();
    for (final Move move : moves(pool)) {
      final int rest = fewestCallsAfter(pool, move, target);
      if (rest >= 0 && rest < callsLeft) {
        winning.add(move);
      }
    }
    return winning;
  }

  /**
   * Lists every number that can be made, the pool's own included.
   *
   * @param pool of numbers.
   * @return the reachable numbers in ascending order.
   */
  public static Set<Fraction> reachable(final List<Fraction> pool) {
    final Set<Fraction> reachable = new TreeSet<>(Comparator.naturalOrder());
    collect(pool, reachable);
    return reachable;
  }

  private static void collect(final List<Fraction> pool, final Set<Fraction> into) {
    into.addAll(pool);
    for (final Move move : moves(pool)) {
      final Fraction value = resultOrNull(move);
      if (value != null) {
        collect(Calculator.replace(pool, move, value), into);
      }
    }
  }

  private static int fewestCallsAfter(
      final List<Fraction> pool, final Move move, final Fraction target) {
    final Fraction value = resultOrNull(move);
    if (value == null) {
      return -1;
    }
    // A pool of two ends with this move, so no list is needed: this is where most time goes.
    if (pool.size() == 2) {
      return value.equals(target) ? 0 : -1;
    }
    return fewestCalls(Calculator.replace(pool, move, value), target);
  }

  private static Fraction resultOrNull(final Move move) {
    try {
      return move.result();
    } catch (ArithmeticException e) {
      return null;
    }
  }

  private static void addMoves(
      final Set<Move> moves, final Fraction larger, final Fraction smaller) {
    for (final Operator operator : Operator.values()) {
      addIfComputable(moves, new Move(larger, operator, smaller));
      if (!operator.isCommutative()) {
        addIfComputable(moves, new Move(smaller, operator, larger));
      }
    }
  }

  private static void addIfComputable(final Set<Move> moves, final Move move) {
    if (resultOrNull(move) != null) {
      moves.add(move);
    }
  }
}
