package dev.coppice.environments.arithmetic;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Represents one {@code countdown} problem.
 *
 * @param numbers to combine, in descending order, each used at most once.
 * @param target to make.
 * @thread immutable, any thread
 */
public record CountdownProblem(List<Integer> numbers, int target) {

  /** Copies the numbers and rejects an order other than descending. */
  public CountdownProblem {
    numbers = List.copyOf(numbers);
    for (int i = 1; i < numbers.size(); i++) {
      if (numbers.get(i) > numbers.get(i - 1)) {
        throw new IllegalArgumentException(
            "numbers must be in descending order: numbers=" + numbers);
      }
    }
  }

  /**
   * Returns the numbers as the calculator takes them.
   *
   * @return the pool in descending order.
   */
  public List<Fraction> pool() {
    return numbers.stream().map(Fraction::of).toList();
  }

  /**
   * Writes the prompt, which is also the note an agent writes in {@code drawers}.
   *
   * @return for example {@code 12 8 5 3=29} and a newline.
   */
  public String prompt() {
    return numbers.stream().map(String::valueOf).collect(Collectors.joining(" ", "", "=" + target))
        + "\n";
  }

  /**
   * Returns how many calls an episode allows; one more ends it.
   *
   * @return the number of numbers.
   */
  public int callLimit() {
    return numbers.size();
  }
}
