package dev.coppice.environments.boxes;

import dev.coppice.environments.canonical.StateDigest;
import dev.coppice.environments.tool.Argument;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.environments.toolworld.MethodWorld;
import dev.coppice.environments.toolworld.ToolMethod;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.Score;
import dev.coppice.trajectory.Task;
import java.util.Map;

/** Lets boxes be looked into; nothing ever changes. Public, because its method is the tool. */
public final class BoxesWorld extends MethodWorld {
  private Boxes asked;

  /** Makes an instance that is to be reset. */
  BoxesWorld() {}

  /**
   * Looks into a box.
   *
   * @param box its name.
   * @return the digit in it.
   */
  @ToolMethod(value = "Looks into a box.", effect = SideEffect.PURE)
  public String look(@Argument(value = "Its name, such as k7.", name = "box") final String box) {
    return String.valueOf(Boxes.inside(box));
  }

  @Override
  public void reset(final Task task, final long seed) {
    asked = BoxesTaskset.boxes(task);
  }

  @Override
  public ToolWorld fork() {
    final BoxesWorld fork = new BoxesWorld();
    fork.asked = asked;
    return fork;
  }

  @Override
  public String digest() {
    return StateDigest.of("boxes " + asked);
  }

  @Override
  public boolean scoresAnswerAlone() {
    return true;
  }

  @Override
  public Score reward(final String answer, final SeenResults seen) {
    final String said = answer == null ? "" : answer.strip();
    final double right = said.equals(String.valueOf(asked.answer())) ? 1.0 : 0.0;
    return new Score(right, Map.of("answer", right), said.isEmpty() ? null : said);
  }
}
