package dev.coppice.environments.countdown;

import dev.coppice.environments.tool.Argument;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.environments.toolworld.CallFormat;
import dev.coppice.environments.toolworld.MethodWorld;
import dev.coppice.environments.toolworld.ToolMethod;
import dev.coppice.environments.toolworld.ToolResult;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.Dialect;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Score;
import dev.coppice.trajectory.Task;
import java.util.Objects;

/**
 * Makes the calls of {@code countdown} and {@code drawers} tools.
 *
 * <p>Every call counts against the limit of the episode, refused ones as well. So {@code illegal}
 * and {@code bad} are answers here, and both tools write.
 *
 * @cost a fork copies the episode's references.
 */
public final class NumbersWorld extends MethodWorld {
  /** The marks and the notation of both environments. */
  public static final CallFormat FORMAT =
      new CallFormat(Dialect.TAGS, "<obs>", "</obs>", new NumbersNotation());

  private final Environment environment;
  private Episode episode;

  /**
   * Opens an instance.
   *
   * @param environment whose episodes answer.
   */
  public NumbersWorld(final Environment environment) {
    this.environment = Objects.requireNonNull(environment, "environment is null");
  }

  /**
   * Combines two numbers.
   *
   * @param expression such as {@code 8*3}.
   * @return the result, {@code illegal} or {@code bad}.
   * @throws Exception never.
   */
  @ToolMethod(value = "Combines two of the numbers at hand.", effect = SideEffect.WRITE)
  public ToolResult calculator(
      @Argument(value = "Two numbers and one of + - * / between them.", name = "expression")
          final String expression)
      throws Exception {
    return answered(expression);
  }

  /**
   * Opens a drawer.
   *
   * @param drawer its number.
   * @return what lies in it, or {@code illegal}.
   * @throws Exception never.
   */
  @ToolMethod(value = "Opens a drawer.", effect = SideEffect.WRITE)
  public ToolResult open(
      @Argument(value = "Counted from 1.", name = "drawer", min = 0, max = 999) final int drawer)
      throws Exception {
    return answered(DrawerCall.text(drawer));
  }

  private ToolResult answered(final String text) throws Exception {
    final Observation observation = episode.call(text);
    final String shown = observation.text();
    final String result =
        shown.substring(
            FORMAT.observationOpen().length(), shown.length() - FORMAT.observationClose().length());
    final ToolResult answer = ToolResult.ok(result);
    return new ToolResult(
        answer.status(),
        answer.text(),
        observation.correct(),
        observation.over(),
        observation.stepReward(),
        answer.note(),
        answer.source());
  }

  @Override
  public void reset(final Task task, final long seed) {
    episode = environment.start(task, seed);
  }

  @Override
  public ToolWorld fork() {
    final NumbersWorld fork = new NumbersWorld(environment);
    fork.episode = episode.fork();
    return fork;
  }

  @Override
  public String digest() {
    return episode.digest();
  }

  @Override
  public Score reward(final String answer, final SeenResults seen) throws Exception {
    return episode.finish(answer);
  }
}
