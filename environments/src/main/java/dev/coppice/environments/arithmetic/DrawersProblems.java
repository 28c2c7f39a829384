package dev.coppice.environments.arithmetic;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Draws {@code drawers} problems: a {@code countdown} problem laid into five or six drawers.
 *
 * <p>A draw depends on (split, seed, index) only. The split is that of the numbers, so a multiset
 * held out in one task is held out in both.
 *
 * @thread any thread
 */
public final class DrawersProblems {
  /** Fewest drawers of a problem. */
  public static final int MIN_DRAWERS = 5;

  /** Most drawers of a problem. */
  public static final int MAX_DRAWERS = 6;

  private static final long SALT = 0xD2_A3;

  private DrawersProblems() {}

  /**
   * Draws one problem.
   *
   * @param split whose multisets may be drawn.
   * @param seed of the sequence of problems.
   * @param index of the problem in that sequence.
   * @return the problem, the same for the same arguments.
   */
  public static DrawersProblem problem(final Split split, final long seed, final long index) {
    final SplittableRandom random =
        new SplittableRandom(Split.streamSeed(SALT, split, seed, index));
    final CountdownProblem countdown = CountdownProblems.draw(split, random);
    final int drawers = MIN_DRAWERS + random.nextInt(MAX_DRAWERS - MIN_DRAWERS + 1);
    final List<Integer> contents = new ArrayList<>(countdown.numbers());
    while (contents.size() < drawers) {
      contents.add(0);
    }
    for (int i = drawers - 1; i > 0; i--) {
      final int j = random.nextInt(i + 1);
      contents.set(i, contents.set(j, contents.get(i)));
    }
    return new DrawersProblem(contents, countdown.target());
  }
}
