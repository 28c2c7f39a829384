package dev.coppice.environments;

import dev.coppice.environments.toolworld.CallFormat;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.WorldEnvironment;
import dev.coppice.episode.Environment;

/**
 * Offers a world of tools by name.
 *
 * <p>It can be checked, recorded, replayed, imagined and broken; where its calls are JSON, a chat
 * template can write its conversations.
 *
 * @thread any; implementations are stateless.
 */
public interface WorldPlug extends EnvironmentPlug {
  /**
   * Makes the tasks.
   *
   * @param request of the tasks, as for {@link #open}.
   * @return the tasks; the caller closes them.
   * @throws IllegalArgumentException if the request or the data are not what they should be.
   */
  Taskset taskset(TaskRequest request);

  /**
   * Says how calls, observations and answers are written.
   *
   * @return the marks.
   */
  default CallFormat format() {
    return CallFormat.TAGS;
  }

  /**
   * Says what a prompt looks like.
   *
   * @param request of the tasks.
   * @return a template with a place for the {@code {request}}.
   */
  default String template(final TaskRequest request) {
    return request.promptOr(WorldEnvironment.DEFAULT_PROMPT);
  }

  /**
   * Tells whether a chat template can write its calls.
   *
   * @return false where they have words of their own, and stand inside the model's turn.
   */
  default boolean chats() {
    return true;
  }

  /**
   * Tells whether its tasks may have scripts for a simulated user.
   *
   * @return whether {@link Taskset#script} may return one.
   */
  default boolean hasUsers() {
    return false;
  }

  @Override
  default Environment open(final TaskRequest request) {
    return new WorldEnvironment(taskset(request), format(), template(request));
  }
}
