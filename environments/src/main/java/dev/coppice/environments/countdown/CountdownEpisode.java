package dev.coppice.environments.countdown;

import dev.coppice.environments.arithmetic.CalculatorResult;
import dev.coppice.environments.arithmetic.CountdownProblem;
import dev.coppice.environments.arithmetic.Fraction;
import dev.coppice.environments.canonical.StateDigest;
import dev.coppice.environments.canonical.Truncation;
import dev.coppice.environments.canonical.ValuedEpisode;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Score;
import dev.coppice.trajectory.StopReason;
import java.util.List;

/**
 * Plays one {@code countdown} problem along one branch.
 *
 * @cost a fork copies two references.
 */
final class CountdownEpisode implements ValuedEpisode {
  private final CountdownProblem problem;
  private PoolState state;
  private String digest;

  CountdownEpisode(final CountdownProblem problem) {
    this.problem = problem;
    moveTo(
        new PoolState(problem.pool(), Fraction.of(problem.target()), problem.callLimit(), 0, 0, 0));
  }

  private CountdownEpisode(final CountdownEpisode other) {
    problem = other.problem;
    state = other.state;
    digest = other.digest;
  }

  /** Digests at once: calls run on tool threads, and digests are asked for on the engine's. */
  private void moveTo(final PoolState next) {
    state = next;
    digest =
        StateDigest.of(
            "countdown " + problem.prompt() + next.pool() + next.calls() + "/" + next.callLimit());
  }

  @Override
  public String prompt() {
    return CountdownEnvironment.BEGIN + problem.prompt();
  }

  /** Every call may spoil the outcome, so deciding begins at once; n numbers need n - 1 calls. */
  @Override
  public EpisodePlan plan() {
    return new EpisodePlan(0, problem.numbers().size());
  }

  @Override
  public Observation call(final String text) {
    if (state.callsLeft() == 0) {
      moveTo(state.counted(true));
      return PoolState.refusal();
    }
    if (DrawerCall.isOne(text)) {
      moveTo(state.counted(true));
      return DrawerCall.illegal(DrawerCall.drawer(text));
    }
    final PoolState before = state;
    final CalculatorResult result = before.compute(text);
    moveTo(before.after(result));
    return PoolState.observation(text, result, correct(before, result));
  }

  private Boolean correct(final PoolState before, final CalculatorResult result) {
    if (result.kind() != CalculatorResult.Kind.VALID) {
      return false;
    }
    if (state.solvable(List.of())) {
      return true;
    }
    return before.solvable(List.of()) ? false : null;
  }

  /** Returns the numbers at hand, in descending order. */
  List<Fraction> pool() {
    return state.pool();
  }

  @Override
  public Score finish(final String answer) {
    return state.score(answer);
  }

  @Override
  public Score truncated(final StopReason reason) {
    return Truncation.isUnsolved(reason) ? state.score(null) : Score.NONE;
  }

  @Override
  public double value() {
    return state.solvable(List.of()) ? 1.0 : 0.0;
  }

  @Override
  public CountdownEpisode fork() {
    return new CountdownEpisode(this);
  }

  @Override
  public String digest() {
    return digest;
  }
}
