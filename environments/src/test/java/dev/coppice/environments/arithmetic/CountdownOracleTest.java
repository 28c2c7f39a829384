package dev.coppice.environments.arithmetic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class CountdownOracleTest {
  private static final long SEED = 11;

  @Test
  void shouldSolveThroughFractionsWhenNaturalNumbersDoNotReach() {
    // 12 * (5 - 12/8) = 42 has no solution in whole numbers.
    final long[] naturals = {12, 12, 8, 5};

    assertEquals(3, CountdownOracle.fewestCalls(pool(naturals), Fraction.of(42)));
    assertEquals(-1, NaturalOracle.fewestCalls(naturals, 42));
  }

  @Test
  void shouldCountZeroCallsWhenThePoolHoldsTheTarget() {
    assertEquals(0, CountdownOracle.fewestCalls(pool(24, 5), Fraction.of(24)));
    assertTrue(CountdownOracle.solvable(pool(24, 5), Fraction.of(24), 0));
    assertFalse(CountdownOracle.solvable(pool(8, 5, 3), Fraction.of(24), 0));
  }

  @Test
  void shouldReachExactlyWhatPlayingEveryOrderReaches() {
    final List<Fraction> pool = pool(7, 3, 2);
    final Set<Fraction> played = new HashSet<>();
    playEverything(pool, played);

    assertEquals(played, new HashSet<>(CountdownOracle.reachable(pool)));
    assertTrue(played.contains(new Fraction(7, 6)));
  }

  @Test
  void shouldKeepTheTargetReachableAfterEveryWinningMoveAndAfterNoOther() {
    final SplittableRandom random = new SplittableRandom(SEED);
    for (int round = 0; round < 30; round++) {
      final CountdownProblem problem = CountdownProblems.draw(Split.TRAIN, random);
      final Fraction target = Fraction.of(problem.target());
      final int callsLeft = problem.numbers().size() - 1;
      final List<Move> winning = CountdownOracle.winningMoves(problem.pool(), target, callsLeft);

      for (final Move move : CountdownOracle.moves(problem.pool())) {
        final boolean reachable =
            CountdownOracle.reachable(move.applyTo(problem.pool())).contains(target);
        assertEquals(reachable, winning.contains(move), problem + " " + move + " seed=" + SEED);
      }
    }
  }

  @Test
  void shouldAgreeWithTheRationalOracleWhereNaturalNumbersReach() {
    final SplittableRandom random = new SplittableRandom(SEED);
    for (int round = 0; round < 30; round++) {
      final CountdownProblem problem = CountdownProblems.draw(Split.TRAIN, random);
      final long[] naturals = problem.numbers().stream().mapToLong(Integer::longValue).toArray();
      final List<Move> winning = NaturalOracle.winningMoves(naturals, problem.target());

      assertTrue(
          CountdownOracle.winningMoves(problem.pool(), Fraction.of(problem.target()), 9)
              .containsAll(winning),
          problem + " seed=" + SEED);
      assertTrue(winning.containsAll(NaturalOracle.shortestMoves(naturals, problem.target())));
    }
  }

  private static void playEverything(final List<Fraction> pool, final Set<Fraction> into) {
    into.addAll(pool);
    for (final Fraction left : pool) {
      for (final Fraction right : pool) {
        for (final Operator operator : Operator.values()) {
          final CalculatorResult result =
              Calculator.call(pool, left.toString() + operator.symbol() + right);
          if (result.kind() == CalculatorResult.Kind.VALID) {
            playEverything(result.pool(), into);
          }
        }
      }
    }
  }

  private static List<Fraction> pool(final long... numbers) {
    return LongStream.of(numbers).mapToObj(Fraction::of).toList();
  }
}
