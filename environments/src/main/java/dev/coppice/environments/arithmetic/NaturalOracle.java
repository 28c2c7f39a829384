package dev.coppice.environments.arithmetic;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Solves {@code countdown} exhaustively with natural numbers only.
 *
 * <p>Problems are drawn so that they can be solved this way, and demonstrations solve them this way:
 * a difference takes the smaller from the larger, a quotient comes out even. A target that can be
 * made through negative whole numbers can also be made through natural ones, by turning signs.
 *
 * @cost a pool of four numbers has at most 24 x 12 x 4 leaves, in primitive arithmetic: about 20
 *     microseconds.
 * @thread stateless, any thread
 */
public final class NaturalOracle {
  private NaturalOracle() {}

  /**
   * Counts the calls of a shortest solution.
   *
   * @param pool of natural numbers; not mutated.
   * @param target to make.
   * @return 0 if the pool holds the target, -1 if it cannot be made, else the number of calls.
   */
  public static int fewestCalls(final long[] pool, final long target) {
    for (final long number : pool) {
      if (number == target) {
        return 0;
      }
    }
    int fewest = -1;
    for (int i = 0; i < pool.length; i++) {
      for (int j = i + 1; j < pool.length; j++) {
        for (final Operator operator : Operator.values()) {
          final int rest = fewestCallsAfter(pool, i, j, operator, target);
          if (rest >= 0 && (fewest < 0 || rest + 1 < fewest)) {
            fewest = rest + 1;
          }
        }
      }
    }
    return fewest;
  }

  /**
   * Lists the moves whose result is a natural number.
   *
   * @param pool of natural numbers; not mutated.
   * @return the distinct moves, the larger operand first.
   */
  public static List<Move> moves(final long[] pool) {
    return filter(pool, 0, Filter.ANY);
  }

  /**
   * Lists the moves after which the target can still be made with natural numbers.
   *
   * @param pool of natural numbers; not mutated.
   * @param target to make.
   * @return those of {@link #moves} that keep the target reachable.
   */
  public static List<Move> winningMoves(final long[] pool, final long target) {
    return filter(pool, target, Filter.WINNING);
  }

  /**
   * Lists the moves that begin a shortest solution.
   *
   * @param pool of natural numbers; not mutated.
   * @param target to make.
   * @return those of {@link #winningMoves} after which the fewest calls remain.
   */
  public static List<Move> shortestMoves(final long[] pool, final long target) {
    return filter(pool, target, Filter.SHORTEST);
  }

  /**
   * Collects every natural number up to a bound that can be made.
   *
   * @param pool of natural numbers; not mutated.
   * @param largest number of interest.
   * @return the reachable numbers, the pool's own included.
   */
  public static BitSet reachable(final long[] pool, final int largest) {
    final BitSet reachable = new BitSet(largest + 1);
    collect(pool, largest, reachable);
    return reachable;
  }

  private enum Filter {
    ANY,
    WINNING,
    SHORTEST
  }

  private static List<Move> filter(final long[] pool, final long target, final Filter filter) {
    final Set<Move> moves = new LinkedHashSet<>();
    final int fewest = filter == Filter.SHORTEST ? fewestCalls(pool, target) : 0;
    for (int i = 0; i < pool.length; i++) {
      for (int j = i + 1; j < pool.length; j++) {
        for (final Operator operator : Operator.values()) {
          final long larger = Math.max(pool[i], pool[j]);
          final long smaller = Math.min(pool[i], pool[j]);
          if (result(larger, operator, smaller) < 0) {
            continue;
          }
          final int rest =
              filter == Filter.ANY ? 0 : fewestCallsAfter(pool, i, j, operator, target);
          if (rest >= 0 && (filter != Filter.SHORTEST || rest == fewest - 1)) {
            moves.add(new Move(Fraction.of(larger), operator, Fraction.of(smaller)));
          }
        }
      }
    }
    return new ArrayList<>(moves);
  }

  private static void collect(final long[] pool, final int largest, final BitSet into) {
    for (final long number : pool) {
      if (number <= largest) {
        into.set((int) number);
      }
    }
    for (int i = 0; i < pool.length; i++) {
      for (int j = i + 1; j < pool.length; j++) {
        for (final Operator operator : Operator.values()) {
          final long value =
              result(Math.max(pool[i], pool[j]), operator, Math.min(pool[i], pool[j]));
          if (value >= 0) {
            collect(replace(pool, i, j, value), largest, into);
          }
        }
      }
    }
  }

  private static int fewestCallsAfter(
      final long[] pool, final int i, final int j, final Operator operator, final long target) {
    final long value = result(Math.max(pool[i], pool[j]), operator, Math.min(pool[i], pool[j]));
    if (value < 0) {
      return -1;
    }
    if (pool.length == 2) {
      return value == target ? 0 : -1;
    }
    return fewestCalls(replace(pool, i, j, value), target);
  }

  /** Computes on natural numbers; -1 says that the result is none. */
  private static long result(final long larger, final Operator operator, final long smaller) {
    return switch (operator) {
      case PLUS -> Math.addExact(larger, smaller);
      case MINUS -> larger - smaller;
      case TIMES -> Math.multiplyExact(larger, smaller);
      case DIVIDED_BY -> smaller != 0 && larger % smaller == 0 ? larger / smaller : -1;
    };
  }

  private static long[] replace(final long[] pool, final int i, final int j, final long value) {
    final long[] next = Arrays.copyOf(pool, pool.length - 1);
    if (j < next.length) {
      next[j] = pool[pool.length - 1];
    }
    next[i] = value;
    return next;
  }
}
