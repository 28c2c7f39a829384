package dev.coppice.environments.text;

import dev.coppice.environments.TaskRequest;
import dev.coppice.environments.WorldPlug;
import dev.coppice.environments.replay.ScriptedEnvironment;
import dev.coppice.episode.Environment;

/**
 * Offers an environment whose calls have words of their own: with real tools its own episodes run, and
 * in every other mode it is a world of tools.
 *
 * @thread any; implementations are stateless.
 */
public interface TextPlug extends WorldPlug {
  /**
   * Makes the environment of its own episodes.
   *
   * @param request of the tasks, as for {@link #open}.
   * @return the environment; the caller closes it.
   */
  ScriptedEnvironment textual(TaskRequest request);

  @Override
  default Environment open(final TaskRequest request) {
    return textual(request);
  }

  @Override
  default String template(final TaskRequest request) {
    return TextTaskset.TEMPLATE;
  }

  @Override
  default boolean chats() {
    return false;
  }
}
