package dev.coppice.environments.countdown;

import dev.coppice.environments.TaskRequest;
import dev.coppice.environments.arithmetic.Split;
import dev.coppice.environments.replay.ScriptedEnvironment;
import dev.coppice.environments.text.TextPlug;
import dev.coppice.environments.text.TextTaskset;
import dev.coppice.environments.toolworld.CallFormat;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.plug.NamedPlug;
import java.util.List;

/**
 * Offers an environment of drawn problems whose calls {@link NumbersWorld} makes tools.
 *
 * @thread any; immutable.
 */
public abstract class NumbersPlug extends NamedPlug implements TextPlug {
  /** Problems are drawn, so whoever wants all of them gets so many. */
  private static final int DRAWN_TASKS = 100;

  private static final List<String> SPLITS = List.of("train", "held-out");

  /**
   * Keeps name and help.
   *
   * @param name used in configurations.
   * @param help one line for a person.
   */
  protected NumbersPlug(final String name, final String help) {
    super(name, help);
  }

  @Override
  public final List<String> splits() {
    return SPLITS;
  }

  @Override
  public final boolean takesPrompt() {
    return false;
  }

  @Override
  public final CallFormat format() {
    return NumbersWorld.FORMAT;
  }

  @Override
  public final Taskset taskset(final TaskRequest request) {
    final ScriptedEnvironment environment =
        drawn(split(request), request.countOr(DRAWN_TASKS), request.seed());
    return new TextTaskset(environment, format(), () -> new NumbersWorld(environment));
  }

  @Override
  public final ScriptedEnvironment textual(final TaskRequest request) {
    return drawn(split(request), request.count(), request.seed());
  }

  /**
   * Draws the problems.
   *
   * @param split of the problems.
   * @param count of problems.
   * @param seed of the draw.
   * @return the environment.
   */
  protected abstract ScriptedEnvironment drawn(Split split, int count, long seed);

  private static Split split(final TaskRequest request) {
    return request.split().equals("train") ? Split.TRAIN : Split.HELD_OUT;
  }

  @Override
  public boolean isPure() {
    return true;
  }
}
