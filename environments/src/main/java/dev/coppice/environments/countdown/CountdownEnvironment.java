package dev.coppice.environments.countdown;

import dev.coppice.environments.arithmetic.CountdownOracle;
import dev.coppice.environments.arithmetic.CountdownProblem;
import dev.coppice.environments.arithmetic.CountdownProblems;
import dev.coppice.environments.arithmetic.Fraction;
import dev.coppice.environments.arithmetic.Move;
import dev.coppice.environments.arithmetic.Split;
import dev.coppice.environments.canonical.ValuedEpisode;
import dev.coppice.environments.replay.ReplayScript;
import dev.coppice.trajectory.Task;
import java.util.ArrayList;
import java.util.List;

/**
 * Offers {@code countdown} problems: combine three or four numbers to a target.
 *
 * <p>The agent calls {@code 8*3} between {@code <call>} marks and is answered with the exact result,
 * with {@code illegal} if an operand is not at hand, or with {@code bad} if the call cannot be read.
 * As many calls are allowed as there are numbers; one more ends the episode.
 *
 * @thread immutable, any thread
 */
public final class CountdownEnvironment extends NumbersEnvironment<CountdownProblem> {
  /** The name of this environment. */
  public static final String NAME = "countdown";

  /** The special token every prompt begins with. */
  public static final String BEGIN = "<bos>";

  /**
   * Draws the problems.
   *
   * @param split whose numbers may be drawn.
   * @param count of problems, at least 1; they are distinct.
   * @param seed of the draws.
   * @throws IllegalArgumentException if the split has fewer distinct problems.
   */
  public CountdownEnvironment(final Split split, final int count, final long seed) {
    super(
        new Kind(NAME, "numbers"),
        split,
        seed,
        count,
        index -> CountdownProblems.problem(split, seed, index));
  }

  /** Solves the task with as few calls as possible. */
  @Override
  public ReplayScript script(final Task task) {
    return script(problem(task));
  }

  /**
   * Solves a problem with as few calls as possible.
   *
   * @param problem that can be solved.
   * @return the script of an episode with full reward.
   */
  public static ReplayScript script(final CountdownProblem problem) {
    final Fraction target = Fraction.of(problem.target());
    final List<String> turns = new ArrayList<>();
    final List<String> observations = new ArrayList<>();
    List<Fraction> pool = problem.pool();
    for (int left = CountdownOracle.fewestCalls(pool, target); left > 0; left--) {
      final Move move = CountdownOracle.winningMoves(pool, target, left).getFirst();
      turns.add("<call>" + move + "</call>");
      observations.add("<obs>" + move.result() + "</obs>");
      pool = move.applyTo(pool);
    }
    turns.add("<answer>" + problem.target() + "</answer>");
    return new ReplayScript(BEGIN + problem.prompt(), turns, observations);
  }

  @Override
  protected ValuedEpisode start(final CountdownProblem problem) {
    return new CountdownEpisode(problem);
  }

  @Override
  protected Numbers numbers(final CountdownProblem problem) {
    return new Numbers(problem.numbers(), problem.target());
  }

  @Override
  protected CountdownProblem problem(final Numbers numbers) {
    return new CountdownProblem(numbers.numbers(), numbers.target());
  }
}
