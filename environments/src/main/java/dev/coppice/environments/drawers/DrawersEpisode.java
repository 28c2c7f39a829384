package dev.coppice.environments.drawers;

import dev.coppice.environments.arithmetic.CalculatorResult;
import dev.coppice.environments.arithmetic.DrawersProblem;
import dev.coppice.environments.arithmetic.Fraction;
import dev.coppice.environments.canonical.StateDigest;
import dev.coppice.environments.canonical.Truncation;
import dev.coppice.environments.canonical.ValuedEpisode;
import dev.coppice.environments.countdown.CountdownEnvironment;
import dev.coppice.environments.countdown.DrawerCall;
import dev.coppice.environments.countdown.PoolState;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Score;
import dev.coppice.trajectory.StopReason;
import java.util.ArrayList;
import java.util.List;

/**
 * Plays one {@code drawers} problem along one branch.
 *
 * @cost a fork copies two references and an int.
 */
final class DrawersEpisode implements ValuedEpisode {
  private final DrawersProblem problem;
  private PoolState state;

  /** Bit d is set when drawer d + 1 is open. */
  private int opened;

  /** The digest of the state, or null until it is known. */
  private String digest;

  DrawersEpisode(final DrawersProblem problem) {
    this(
        problem,
        new PoolState(List.of(), Fraction.of(problem.target()), problem.callLimit(), 0, 0, 0),
        0,
        null);
  }

  private DrawersEpisode(
      final DrawersProblem problem, final PoolState state, final int opened, final String digest) {
    this.problem = problem;
    this.state = state;
    this.opened = opened;
    this.digest = digest;
  }

  @Override
  public String prompt() {
    return CountdownEnvironment.BEGIN + problem.prompt();
  }

  /** One turn for each drawer, then n - 1 calculator calls and the answer. */
  @Override
  public EpisodePlan plan() {
    return new EpisodePlan(
        problem.drawers(), problem.drawers() + problem.countdown().numbers().size());
  }

  @Override
  public Observation call(final String text) {
    final Observation observation = answer(text);
    // Here, because calls run on tool threads and digests are asked for on the engine's.
    digest = digested();
    return observation;
  }

  private Observation answer(final String text) {
    if (state.callsLeft() == 0) {
      state = state.counted(true);
      return PoolState.refusal();
    }
    return DrawerCall.isOne(text) ? open(DrawerCall.drawer(text)) : compute(text);
  }

  private Observation open(final int drawer) {
    state = state.counted(true);
    if (drawer < 1 || drawer > problem.drawers() || isOpen(drawer)) {
      return DrawerCall.illegal(drawer);
    }
    opened |= 1 << (drawer - 1);
    final int number = problem.contents().get(drawer - 1);
    if (number > 0) {
      state = state.withNumber(Fraction.of(number));
    }
    return DrawerCall.opened(drawer, problem.observation(drawer));
  }

  private Observation compute(final String text) {
    final PoolState before = state;
    final CalculatorResult result = before.compute(text);
    state = before.after(result);
    return PoolState.observation(text, result, correct(before, result));
  }

  private Boolean correct(final PoolState before, final CalculatorResult result) {
    if (result.kind() != CalculatorResult.Kind.VALID) {
      return false;
    }
    final List<Fraction> hidden = hidden();
    if (state.solvable(hidden)) {
      return true;
    }
    return before.solvable(hidden) ? false : null;
  }

  private boolean isOpen(final int drawer) {
    return (opened >>> (drawer - 1) & 1) == 1;
  }

  private List<Fraction> hidden() {
    final List<Fraction> hidden = new ArrayList<>();
    for (int drawer = 1; drawer <= problem.drawers(); drawer++) {
      final int number = problem.contents().get(drawer - 1);
      if (number > 0 && !isOpen(drawer)) {
        hidden.add(Fraction.of(number));
      }
    }
    return hidden;
  }

  @Override
  public Score finish(final String answer) {
    return state.score(answer);
  }

  @Override
  public Score truncated(final StopReason reason) {
    return Truncation.isUnsolved(reason) ? state.score(null) : Score.NONE;
  }

  /** Returns the value to an agent that knows what the closed drawers hold. */
  @Override
  public double value() {
    return state.solvable(hidden()) ? 1.0 : 0.0;
  }

  @Override
  public DrawersEpisode fork() {
    return new DrawersEpisode(problem, state, opened, digest);
  }

  @Override
  public String digest() {
    if (digest == null) {
      digest = digested();
    }
    return digest;
  }

  private String digested() {
    return StateDigest.of(
        "drawers "
            + problem.prompt()
            + problem.contents()
            + opened
            + state.pool()
            + state.calls()
            + "/"
            + state.callLimit());
  }
}
