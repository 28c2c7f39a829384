package dev.coppice.environments.drawers;

import dev.coppice.environments.arithmetic.CountdownProblem;
import dev.coppice.environments.arithmetic.DrawersProblem;
import dev.coppice.environments.arithmetic.DrawersProblems;
import dev.coppice.environments.arithmetic.Split;
import dev.coppice.environments.canonical.ValuedEpisode;
import dev.coppice.environments.countdown.CountdownEnvironment;
import dev.coppice.environments.countdown.NumbersEnvironment;
import dev.coppice.environments.replay.ReplayScript;
import dev.coppice.trajectory.Task;
import java.util.ArrayList;
import java.util.List;

/**
 * Offers {@code drawers} problems: a countdown problem whose numbers lie in five or six drawers.
 *
 * <p>The call {@code open 1} is answered with {@code worth 3}, {@code empty} or, if there is no such
 * drawer or it is open already, {@code illegal}. Only numbers of open drawers can be combined. As
 * many calls are allowed as there are drawers and numbers; one more ends the episode.
 *
 * @thread immutable, any thread
 */
public final class DrawersEnvironment extends NumbersEnvironment<DrawersProblem> {
  /** The name of this environment. */
  public static final String NAME = "drawers";

  /**
   * Draws the problems.
   *
   * @param split whose numbers may be drawn.
   * @param count of problems, at least 1; they are distinct.
   * @param seed of the draws.
   * @throws IllegalArgumentException if the split has fewer distinct problems.
   */
  public DrawersEnvironment(final Split split, final int count, final long seed) {
    super(
        new Kind(NAME, "contents"),
        split,
        seed,
        count,
        index -> DrawersProblems.problem(split, seed, index));
  }

  /**
   * Opens the drawers in order, writes the note, and solves with as few calls as possible.
   *
   * <p>Many problems have one prompt, so the script holds the observations too.
   */
  @Override
  public ReplayScript script(final Task task) {
    final DrawersProblem problem = problem(task);
    final CountdownProblem countdown = problem.countdown();
    final ReplayScript solution = CountdownEnvironment.script(countdown);
    final List<String> turns = new ArrayList<>();
    final List<String> observations = new ArrayList<>();
    for (int drawer = 1; drawer <= problem.drawers(); drawer++) {
      turns.add("<call>open " + drawer + "</call>");
      observations.add("<obs>" + problem.observation(drawer) + "</obs>");
    }
    turns.add(countdown.prompt() + solution.turns().getFirst());
    turns.addAll(solution.turns().subList(1, solution.turns().size()));
    observations.addAll(solution.observations());
    return new ReplayScript(CountdownEnvironment.BEGIN + problem.prompt(), turns, observations);
  }

  /** The note is a countdown prompt, target and all. */
  @Override
  public String foldedPrompt(final String prompt) {
    return CountdownEnvironment.BEGIN;
  }

  @Override
  protected ValuedEpisode start(final DrawersProblem problem) {
    return new DrawersEpisode(problem);
  }

  @Override
  protected Numbers numbers(final DrawersProblem problem) {
    return new Numbers(problem.contents(), problem.target());
  }

  @Override
  protected DrawersProblem problem(final Numbers numbers) {
    return new DrawersProblem(numbers.numbers(), numbers.target());
  }
}
