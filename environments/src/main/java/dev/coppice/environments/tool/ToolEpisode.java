package dev.coppice.environments.tool;

import dev.coppice.environment.Dialect;
import dev.coppice.environment.Episode;
import dev.coppice.environment.EpisodePlan;
import dev.coppice.environment.Observation;
import dev.coppice.environment.Score;
import dev.coppice.environments.episode.Truncation;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.ToolCall;

/**
 * Plays one task with tools over an immutable state, along one branch.
 *
 * @param <S> the type of the world's state, which is immutable.
 * @cost a fork copies three references, whatever the size of the world.
 */
public final class ToolEpisode<S> implements Episode {
  /** Marks of calls and answers. */
  public static final Dialect DIALECT =
      new Dialect("<tool_call>", "</tool_call>", "<answer>", "</answer>");

  /** Ends every observation. */
  public static final String OBSERVATION_CLOSE = "</tool_response>";

  private static final String OBSERVATION_OPEN = "<tool_response>";

  private final ToolTask<S> task;
  private S state;
  private Seen seen;

  /** The digest of the state, or null until it is known. */
  private String digest;

  /**
   * Starts an episode.
   *
   * @param task to play.
   * @param state of the world in the beginning.
   */
  public ToolEpisode(final ToolTask<S> task, final S state) {
    this(task, state, Seen.NOTHING, null);
  }

  private ToolEpisode(final ToolTask<S> task, final S state, final Seen seen, final String digest) {
    this.task = task;
    this.state = state;
    this.seen = seen;
    this.digest = digest;
  }

  @Override
  public String prompt() {
    return task.prompt();
  }

  @Override
  public EpisodePlan plan() {
    return task.plan();
  }

  @Override
  public Observation call(final String text) {
    final Toolbox.Outcome<S> outcome = task.tools().call(state, text);
    final boolean worked = outcome.status() == ToolCall.Status.OK;
    if (worked) {
      if (outcome.state() != state) {
        state = outcome.state();
        // Here, because calls run on tool threads and digests are asked for on the engine's.
        digest = task.digest().apply(state);
      }
      seen = seen.and(outcome.result(), null);
    }
    return Observation.of(
        OBSERVATION_OPEN + outcome.result() + OBSERVATION_CLOSE,
        outcome.tool(),
        outcome.arguments(),
        outcome.status(),
        worked ? null : false);
  }

  /**
   * Returns the state of the world.
   *
   * @return the state, which never changes.
   */
  public S state() {
    return state;
  }

  @Override
  public Score finish(final String answer) {
    return task.goal().score(state, seen, answer);
  }

  @Override
  public Score truncated(final StopReason reason) {
    if (!Truncation.isUnsolved(reason)) {
      return Score.NONE;
    }
    final Score score = task.goal().score(state, seen, null);
    return new Score(0.0, score.components(), null);
  }

  @Override
  public ToolEpisode<S> fork() {
    return new ToolEpisode<>(task, state, seen, digest);
  }

  @Override
  public String digest() {
    if (digest == null) {
      digest = task.digest().apply(state);
    }
    return digest;
  }
}
