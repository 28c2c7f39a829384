package dev.coppice.environments.stories;

import dev.coppice.environments.EnvironmentPlug;
import dev.coppice.environments.TaskRequest;
import dev.coppice.episode.Environment;
import dev.coppice.plug.NamedPlug;

/**
 * Offers {@code stories}.
 *
 * @thread any; immutable.
 */
public final class StoriesPlug extends NamedPlug implements EnvironmentPlug {
  /** Makes the plug. */
  public StoriesPlug() {
    super(StoriesEnvironment.NAME, "Plain continuation of a prompt, without tools or rewards.");
  }

  @Override
  public Environment open(final TaskRequest request) {
    return new StoriesEnvironment(
        request.promptOr(StoriesEnvironment.DEFAULT_PROMPT), request.count());
  }

  @Override
  public boolean isPure() {
    return true;
  }
}
