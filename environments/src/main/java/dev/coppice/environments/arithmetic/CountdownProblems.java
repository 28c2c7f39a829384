package dev.coppice.environments.arithmetic;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * Draws {@code countdown} problems.
 *
 * <p>Three or four numbers (half and half) from 1 to 12 and a target from 10 to 50 that natural
 * numbers reach, but not in fewer than two calls, and that at most half of the natural first moves
 * keep reachable. A draw depends on (split, seed, index) only, so problem 17 is the same whether or
 * not problem 16 was drawn. Draws are with replacement: two indices may give the same problem, so
 * cluster standard errors by multiset.
 *
 * @cost the targets of a multiset are searched once and kept; there are 1,729 multisets.
 * @thread any thread
 */
public final class CountdownProblems {
  /** Largest number of a problem; the smallest is 1. */
  public static final int LARGEST_NUMBER = 12;

  /** Smallest target of a problem. */
  public static final int SMALLEST_TARGET = 10;

  /** Largest target of a problem. */
  public static final int LARGEST_TARGET = 50;

  /** Fewest calls that solve a problem. */
  public static final int MIN_CALLS = 2;

  private static final long SALT = 0xC0_07;
  private static final ConcurrentHashMap<List<Integer>, int[]> TARGETS = new ConcurrentHashMap<>();

  private CountdownProblems() {}

  /**
   * Draws one problem.
   *
   * @param split whose multisets may be drawn.
   * @param seed of the sequence of problems.
   * @param index of the problem in that sequence.
   * @return the problem, the same for the same arguments.
   */
  public static CountdownProblem problem(final Split split, final long seed, final long index) {
    return draw(split, new SplittableRandom(Split.streamSeed(SALT, split, seed, index)));
  }

  /**
   * Lists the targets a multiset of numbers may be asked for.
   *
   * @param numbers in descending order, each from 1 to {@link #LARGEST_NUMBER}.
   * @return the targets in ascending order; the caller owns the array.
   */
  public static int[] targets(final List<Integer> numbers) {
    return TARGETS.computeIfAbsent(List.copyOf(numbers), CountdownProblems::search).clone();
  }

  static CountdownProblem draw(final Split split, final SplittableRandom random) {
    while (true) {
      final int count = 3 + random.nextInt(2);
      final List<Integer> numbers = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        numbers.add(1 + random.nextInt(LARGEST_NUMBER));
      }
      numbers.sort(Comparator.reverseOrder());
      if (Split.of(numbers) == split) {
        final int[] targets =
            TARGETS.computeIfAbsent(List.copyOf(numbers), CountdownProblems::search);
        if (targets.length > 0) {
          return new CountdownProblem(numbers, targets[random.nextInt(targets.length)]);
        }
      }
    }
  }

  private static int[] search(final List<Integer> numbers) {
    final long[] pool = numbers.stream().mapToLong(Integer::longValue).toArray();
    final List<Move> moves = NaturalOracle.moves(pool);
    final int[] keeping = new int[LARGEST_TARGET + 1];
    final BitSet tooEasy = new BitSet();
    for (final int number : numbers) {
      tooEasy.set(number);
    }
    for (final Move move : moves) {
      final long value = move.result().numerator();
      if (value <= LARGEST_TARGET) {
        tooEasy.set((int) value);
      }
      final long[] next =
          move.applyTo(numbers.stream().map(Fraction::of).toList()).stream()
              .mapToLong(Fraction::numerator)
              .toArray();
      NaturalOracle.reachable(next, LARGEST_TARGET).stream().forEach(target -> keeping[target]++);
    }
    return IntStream.rangeClosed(SMALLEST_TARGET, LARGEST_TARGET)
        .filter(target -> !tooEasy.get(target))
        .filter(target -> keeping[target] > 0 && 2 * keeping[target] <= moves.size())
        .toArray();
  }
}
