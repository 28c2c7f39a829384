package dev.coppice.training.demonstration;

import dev.coppice.environments.arithmetic.CountdownOracle;
import dev.coppice.environments.arithmetic.CountdownProblem;
import dev.coppice.environments.arithmetic.CountdownProblems;
import dev.coppice.environments.arithmetic.Fraction;
import dev.coppice.environments.arithmetic.Move;
import dev.coppice.environments.arithmetic.NaturalOracle;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Plays {@code countdown} from a prompt to the answer, well but with variety.
 *
 * <p>A random winning move each time, in 70 % of the demonstrations one of a shortest solution. So
 * that the policy also knows the states its own mistakes lead to, 10 % contain one random slip and
 * 3 % one illegal call; neither is in the loss, only what follows. 80 % write thoughts (the
 * remaining numbers), 10 % of sums and products have their operands swapped. Where a slip left
 * nothing to win, the teacher plays on and answers the number it is left with.
 *
 * @thread one thread
 */
final class CountdownTeacher {
  private static final double SHORTEST = 0.7;
  private static final double SLIP = 0.1;
  private static final double RATIONAL_SLIP = 0.5;
  private static final double THOUGHTS = 0.8;
  private static final double ILLEGAL = 0.03;
  private static final double SWAPPED_OPERANDS = 0.1;
  private static final float LOST_WEIGHT = 0.3f;
  private static final int LONGEST_NUMBER_CHARS = 6;

  private final SplittableRandom random;
  private final Transcript transcript;

  CountdownTeacher(final SplittableRandom random, final Transcript transcript) {
    this.random = random;
    this.transcript = transcript;
  }

  void play(final CountdownProblem problem) {
    final Fraction target = Fraction.of(problem.target());
    List<Fraction> pool = problem.pool();
    final boolean shortest = random.nextDouble() < SHORTEST;
    final boolean thoughts = random.nextDouble() < THOUGHTS;
    final int slipAt = random.nextDouble() < SLIP ? random.nextInt(pool.size() - 1) : -1;
    final int illegalAt = random.nextDouble() < ILLEGAL ? random.nextInt(pool.size() - 1) : -1;
    float weight = 1f;
    for (int call = 0; pool.size() > 1 && !pool.contains(target); call++) {
      if (call == illegalAt) {
        transcript.given("<call>" + illegalCall(pool) + "</call><obs>illegal</obs>");
        think(thoughts, pool, weight);
      }
      final List<Move> winning = winningMoves(pool, target, shortest);
      weight = winning.isEmpty() ? LOST_WEIGHT : weight;
      final boolean slip = call == slipAt;
      Move move = pick(slip ? slips(pool) : winning.isEmpty() ? anyMoves(pool) : winning);
      if (move.operator().isCommutative() && random.nextDouble() < SWAPPED_OPERANDS) {
        move = move.swapped();
      }
      transcript.chosen("<call>", weight);
      transcript.chosen(move.toString(), slip ? 0f : weight);
      transcript.chosen("</call>", weight);
      transcript.given("<obs>" + move.result() + "</obs>");
      pool = move.applyTo(pool);
      if (pool.size() > 1 && !pool.contains(target)) {
        think(thoughts, pool, weight);
      }
    }
    final Fraction answer = pool.contains(target) ? target : pool.getFirst();
    transcript.chosen("<answer>" + answer + "</answer>", weight);
  }

  private void think(final boolean thoughts, final List<Fraction> pool, final float weight) {
    if (thoughts) {
      transcript.chosen(ReferenceEpisode.thought(pool), weight);
    }
  }

  private Move pick(final List<Move> moves) {
    return moves.get(random.nextInt(moves.size()));
  }

  private static List<Move> winningMoves(
      final List<Fraction> pool, final Fraction target, final boolean shortest) {
    if (!pool.stream().allMatch(Fraction::isNatural)) {
      return CountdownOracle.winningMoves(pool, target, pool.size());
    }
    final long[] naturals = naturals(pool);
    return shortest
        ? NaturalOracle.shortestMoves(naturals, target.numerator())
        : NaturalOracle.winningMoves(naturals, target.numerator());
  }

  private List<Move> slips(final List<Fraction> pool) {
    return random.nextDouble() < RATIONAL_SLIP ? shortMoves(pool) : anyMoves(pool);
  }

  /** Lists natural moves where there are some; after a rational slip there may be none. */
  private static List<Move> anyMoves(final List<Fraction> pool) {
    if (pool.stream().allMatch(Fraction::isNatural)) {
      return NaturalOracle.moves(naturals(pool));
    }
    return shortMoves(pool);
  }

  private static List<Move> shortMoves(final List<Fraction> pool) {
    final List<Move> moves = CountdownOracle.moves(pool);
    final List<Move> shortOnes =
        moves.stream()
            .filter(move -> move.result().toString().length() <= LONGEST_NUMBER_CHARS)
            .toList();
    return shortOnes.isEmpty() ? moves : shortOnes;
  }

  private String illegalCall(final List<Fraction> pool) {
    Fraction absent;
    do {
      absent = Fraction.of(1 + random.nextInt(CountdownProblems.LARGEST_NUMBER));
    } while (pool.contains(absent));
    final Fraction present = pool.get(random.nextInt(pool.size()));
    return random.nextBoolean() ? present + "+" + absent : absent + "*" + present;
  }

  private static long[] naturals(final List<Fraction> pool) {
    return pool.stream().mapToLong(Fraction::numerator).toArray();
  }
}
