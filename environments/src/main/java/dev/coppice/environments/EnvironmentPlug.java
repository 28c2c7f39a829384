package dev.coppice.environments;

import dev.coppice.episode.Environment;
import dev.coppice.plug.Plug;
import dev.coppice.plug.PlugKind;
import java.util.List;
import java.util.Map;

/**
 * Offers an environment by name; a world of tools is offered by a {@link WorldPlug}.
 *
 * <p>So environments with heavy dependencies stay out of this module, and anybody's own is reached by
 * name once it is on the class path.
 *
 * @thread any; implementations are stateless.
 */
public interface EnvironmentPlug extends Plug {
  /** The kind. */
  PlugKind<EnvironmentPlug> KIND =
      new PlugKind<>(EnvironmentPlug.class, "environment", "environments");

  /**
   * Lists the splits of its tasks.
   *
   * @return the names; empty where it has none, or reads {@code task.split} in its own way.
   */
  default List<String> splits() {
    return List.of();
  }

  /**
   * Names the split to evaluate on, which is taken where none is asked for.
   *
   * @return one of {@link #splits}, or empty where it has none.
   */
  default String usualSplit() {
    return splits().isEmpty() ? "" : splits().getLast();
  }

  /**
   * Says what {@code task.path} must name.
   *
   * @return for example {@code the folder with db.json}; empty where it need not be given.
   */
  default String data() {
    return "";
  }

  /**
   * Says where {@code check} looks for the data if it is given no path.
   *
   * @return a path relative to the project; empty where there is no usual place.
   */
  default String usualPath() {
    return "";
  }

  /**
   * Tells whether it writes its prompts after {@code task.prompt}.
   *
   * @return false where its prompts are always its own; one that is configured is then refused.
   */
  default boolean takesPrompt() {
    return true;
  }

  /**
   * Tells whether the tokens of its trajectories stand for text.
   *
   * @return false where they only count, as in a load.
   */
  default boolean hasText() {
    return true;
  }

  /**
   * Tells whether its episodes compute in this process alone and answer alike whenever they are asked
   * alike: {@code verify} then has every call and every answer of a run judged again.
   *
   * @return false where anything outside is asked or changed.
   */
  default boolean isPure() {
    return false;
  }

  /**
   * Reads a name that is none of a plug's as that of something this one offers, such as a file.
   *
   * @param name as {@code task.environment} has it.
   * @return the options it stands for; empty where this plug does not know the name.
   */
  default Map<String, Object> aliased(final String name) {
    return Map.of();
  }

  /**
   * Makes the environment, whose tools run.
   *
   * @param request of the tasks; its split is one of {@link #splits} and its path is given where
   *     {@link #data} asks for one.
   * @return the environment; the caller closes it.
   * @throws IllegalArgumentException if the request or the data are not what they should be.
   */
  Environment open(TaskRequest request);
}
