package dev.coppice.environments.arithmetic;

import java.util.Comparator;
import java.util.List;

/**
 * Represents one {@code drawers} problem: a {@code countdown} problem whose numbers lie in drawers.
 *
 * @param contents of the drawers in their order, 0 for an empty one.
 * @param target to make.
 * @thread immutable, any thread
 */
public record DrawersProblem(List<Integer> contents, int target) {

  /** Copies the contents. */
  public DrawersProblem {
    contents = List.copyOf(contents);
  }

  /**
   * Returns how many drawers there are.
   *
   * @return the number of drawers.
   */
  public int drawers() {
    return contents.size();
  }

  /**
   * Returns the problem the agent knows once every drawer is open.
   *
   * @return the numbers in descending order and the target.
   */
  public CountdownProblem countdown() {
    return new CountdownProblem(
        contents.stream().filter(number -> number > 0).sorted(Comparator.reverseOrder()).toList(),
        target);
  }

  /**
   * Writes the prompt: the target and the number of drawers.
   *
   * @return for example {@code =29/6} and a newline.
   */
  public String prompt() {
    return "=" + target + "/" + drawers() + "\n";
  }

  /**
   * Writes what the environment answers when a drawer is opened for the first time.
   *
   * @param drawer to open, counted from 1.
   * @return {@code worth 3} or {@code empty}.
   */
  public String observation(final int drawer) {
    final int number = contents.get(drawer - 1);
    return number > 0 ? "worth " + number : "empty";
  }

  /**
   * Returns how many calls an episode allows, openings included; one more ends it.
   *
   * @return the number of drawers plus the number of numbers in them.
   */
  public int callLimit() {
    return drawers() + countdown().callLimit();
  }
}
