package dev.coppice.worlds.python;

import java.math.BigInteger;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Draws problems, each with its answer computed in Java and a solution in Python.
 *
 * <p>Solutions take two cells, the second of which needs what the first one defined.
 *
 * @thread stateless, any thread
 */
final class PythonProblems {
  private static final int KINDS = 5;

  private PythonProblems() {}

  /** Draws one problem; the same seed and index give the same problem. */
  static PythonProblem draw(final long seed, final int index) {
    final SplittableRandom random = new SplittableRandom(seed * 0x9e3779b97f4a7c15L + index);
    return switch (index % KINDS) {
      case 0 -> digits(random.nextInt(3, 60), random.nextInt(40, 200));
      case 1 -> primes(random.nextInt(100, 5_000), random.nextInt(5_000, 20_000));
      case 2 -> collatz(random.nextInt(200, 3_000));
      case 3 -> coins(random.nextInt(40, 400), random.nextInt(3, 9), random.nextInt(10, 30));
      default -> products(random.nextInt(20, 60), random.nextInt(90, 400));
    };
  }

  private static PythonProblem digits(final int base, final int power) {
    final String written = BigInteger.valueOf(base).pow(power).toString();
    return problem(
        "What is the sum of the decimal digits of %d to the power %d?".formatted(base, power),
        written.chars().map(digit -> digit - '0').sum(),
        "def digits(n):\n    return sum(int(d) for d in str(n))",
        "print(digits(%d ** %d))".formatted(base, power));
  }

  private static PythonProblem primes(final int from, final int to) {
    final BitSet composite = new BitSet(to);
    int count = 0;
    for (int n = 2; n < to; n++) {
      if (!composite.get(n)) {
        count += n >= from ? 1 : 0;
        for (int multiple = 2 * n; multiple < to; multiple += n) {
          composite.set(multiple);
        }
      }
    }
    return problem(
        "How many primes p are there with %d <= p < %d?".formatted(from, to),
        count,
        "def prime(n):\n    return n > 1 and all(n % d for d in range(2, int(n ** 0.5) + 1))",
        "print(sum(prime(n) for n in range(%d, %d)))".formatted(from, to));
  }

  private static PythonProblem collatz(final int below) {
    int best = 1;
    int bestSteps = 0;
    for (int start = 1; start < below; start++) {
      int steps = 0;
      for (long n = start; n != 1; n = n % 2 == 0 ? n / 2 : 3 * n + 1) {
        steps++;
      }
      if (steps > bestSteps) {
        best = start;
        bestSteps = steps;
      }
    }
    return problem(
        "Which start below %d takes the most Collatz steps to reach 1 (the smallest, if tied)?"
            .formatted(below),
        best,
        """
        def steps(n):
            count = 0
            while n != 1:
                n = n // 2 if n % 2 == 0 else 3 * n + 1
                count += 1
            return count""",
        "print(max(range(1, %d), key=steps))".formatted(below));
  }

  private static PythonProblem coins(final int total, final int middle, final int large) {
    final long[] ways = new long[total + 1];
    ways[0] = 1;
    for (final int coin : new int[] {1, middle, large}) {
      for (int sum = coin; sum <= total; sum++) {
        ways[sum] += ways[sum - coin];
      }
    }
    return problem(
        "In how many ways do coins of 1, %d and %d add up to %d, order aside?"
            .formatted(middle, large, total),
        ways[total],
        "coins = [1, %d, %d]\nways = [1] + [0] * %d".formatted(middle, large, total),
        """
        for coin in coins:
            for total in range(coin, len(ways)):
                ways[total] += ways[total - coin]
        ways[-1]""");
  }

  private static PythonProblem products(final int most, final int modulus) {
    final BitSet seen = new BitSet(modulus);
    for (int i = 1; i <= most; i++) {
      for (int j = 1; j <= most; j++) {
        seen.set(i * j % modulus);
      }
    }
    return problem(
        "How many values does i * j mod %d take for whole i and j from 1 to %d?"
            .formatted(modulus, most),
        seen.cardinality(),
        "numbers = range(1, %d)".formatted(most + 1),
        "print(len({i * j %% %d for i in numbers for j in numbers}))".formatted(modulus));
  }

  private static PythonProblem problem(
      final String question, final long answer, final String... cells) {
    return new PythonProblem(question, Long.toString(answer), List.of(cells));
  }
}
