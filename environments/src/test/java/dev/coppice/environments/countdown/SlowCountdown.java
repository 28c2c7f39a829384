package dev.coppice.environments.countdown;

import dev.coppice.environments.arithmetic.Fraction;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Plays countdown the other way round: it writes the text of every possible call of its pool and
 * compares, so it never has to split a text.
 */
final class SlowCountdown {
  private final List<BigInteger[]> pool = new ArrayList<>();

  SlowCountdown(final List<Integer> numbers) {
    for (final int number : numbers) {
      pool.add(new BigInteger[] {BigInteger.valueOf(number), BigInteger.ONE});
    }
  }

  /** Draws a call of the pool's numbers, now and then of a number that is not there. */
  String call(final SplittableRandom random) {
    final String left = spell(pool.get(random.nextInt(pool.size())));
    final String right =
        random.nextInt(5) == 0 ? "99" : spell(pool.get(random.nextInt(pool.size())));
    return left + "+-*/".charAt(random.nextInt(4)) + right;
  }

  /** Lists the observations a call may be given, one for each way to read it. */
  List<String> observations(final String call) {
    final List<String> observations = new ArrayList<>();
    for (int i = 0; i < pool.size(); i++) {
      for (int j = 0; j < pool.size(); j++) {
        for (final char operator : "+-*/".toCharArray()) {
          if (i != j && (spell(pool.get(i)) + operator + spell(pool.get(j))).equals(call)) {
            final BigInteger[] value = apply(pool.get(i), operator, pool.get(j));
            if (value != null) {
              observations.add("<obs>" + spell(value) + "</obs>");
            }
          }
        }
      }
    }
    return observations.isEmpty() ? List.of("<obs>illegal</obs>") : observations;
  }

  /** Takes over the reading that the observation belongs to. */
  void play(final String call, final String observation) {
    for (int i = 0; i < pool.size(); i++) {
      for (int j = 0; j < pool.size(); j++) {
        for (final char operator : "+-*/".toCharArray()) {
          if (i != j && (spell(pool.get(i)) + operator + spell(pool.get(j))).equals(call)) {
            final BigInteger[] value = apply(pool.get(i), operator, pool.get(j));
            if (value != null && observation.equals("<obs>" + spell(value) + "</obs>")) {
              pool.set(i, value);
              pool.remove(j);
              return;
            }
          }
        }
      }
    }
  }

  /** Lists every call of two numbers of a pool. */
  static Set<String> everyCall(final List<Fraction> numbers) {
    final Set<String> calls = new LinkedHashSet<>();
    for (final Fraction left : numbers) {
      for (final Fraction right : numbers) {
        for (final char operator : "+-*/".toCharArray()) {
          calls.add(left.toString() + operator + right);
        }
      }
    }
    return calls;
  }

  private static BigInteger[] apply(
      final BigInteger[] left, final char operator, final BigInteger[] right) {
    final BigInteger cross = left[0].multiply(right[1]);
    final BigInteger otherCross = right[0].multiply(left[1]);
    return switch (operator) {
      case '+' -> reduce(cross.add(otherCross), left[1].multiply(right[1]));
      case '-' -> reduce(cross.subtract(otherCross), left[1].multiply(right[1]));
      case '*' -> reduce(left[0].multiply(right[0]), left[1].multiply(right[1]));
      default -> right[0].signum() == 0 ? null : reduce(cross, otherCross);
    };
  }

  private static BigInteger[] reduce(final BigInteger numerator, final BigInteger denominator) {
    final BigInteger divisor =
        numerator.gcd(denominator).multiply(BigInteger.valueOf(denominator.signum()));
    return new BigInteger[] {numerator.divide(divisor), denominator.divide(divisor)};
  }

  private static String spell(final BigInteger[] number) {
    return number[1].equals(BigInteger.ONE) ? number[0].toString() : number[0] + "/" + number[1];
  }
}
