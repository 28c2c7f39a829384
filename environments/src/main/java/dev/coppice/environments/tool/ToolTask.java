package dev.coppice.environments.tool;

import dev.coppice.environment.EpisodePlan;
import dev.coppice.environment.Score;
import java.util.Objects;
import java.util.function.Function;

/**
 * Gathers what every episode of a task shares.
 *
 * @param <S> the type of the world's state, which is immutable.
 * @param prompt the policy sees first.
 * @param plan of a usual episode.
 * @param tools of the world.
 * @param digest that equal states, and only they, share.
 * @param goal that scores the end of an episode.
 */
public record ToolTask<S>(
    String prompt, EpisodePlan plan, Toolbox<S> tools, Function<S, String> digest, Goal<S> goal) {
  /** Checks that nothing is missing. */
  public ToolTask {
    Objects.requireNonNull(prompt, "prompt is null");
    Objects.requireNonNull(plan, "plan is null");
    Objects.requireNonNull(tools, "tools is null");
    Objects.requireNonNull(digest, "digest is null");
    Objects.requireNonNull(goal, "goal is null");
  }

  /**
   * Scores the end of an episode.
   *
   * @param <S> the type of the world's state.
   */
  @FunctionalInterface
  public interface Goal<S> {
    /**
     * Scores a final state.
     *
     * @param state of the world at the end.
     * @param seen results of the calls that succeeded.
     * @param answer as sampled, or null where a limit ended the episode.
     * @return the score.
     */
    Score score(S state, Seen seen, String answer);
  }
}
