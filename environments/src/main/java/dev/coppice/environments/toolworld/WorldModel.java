package dev.coppice.environments.toolworld;

import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.tool.Toolbox;
import dev.coppice.episode.Score;
import dev.coppice.trajectory.Task;

/**
 * Describes a world whose state is one immutable value.
 *
 * @param <S> the type of the state, which is immutable.
 * @thread any; implementations are immutable.
 */
public interface WorldModel<S> {
  /**
   * Returns the tools.
   *
   * @return the tools over the state.
   */
  Toolbox<S> toolbox();

  /**
   * Returns the version of the tools and of the data they read.
   *
   * @return a short text; part of the key of recorded results.
   */
  String version();

  /**
   * Returns the state a task begins in.
   *
   * @param task to begin.
   * @param seed of everything random.
   * @return the state.
   */
  S initial(Task task, long seed);

  /**
   * Digests a state.
   *
   * @param state to digest.
   * @return a text that equal states, and only they, share.
   */
  String digest(S state);

  /**
   * Scores a final state.
   *
   * @param task that was to be solved.
   * @param state at the end.
   * @param seen results of the calls that worked.
   * @param answer of the policy, or null.
   * @return the score.
   */
  Score reward(Task task, S state, SeenResults seen, String answer);
}
