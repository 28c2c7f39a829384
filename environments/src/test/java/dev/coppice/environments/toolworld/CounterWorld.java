package dev.coppice.environments.toolworld;

import dev.coppice.environments.tool.Argument;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.episode.Score;
import dev.coppice.trajectory.Task;
import java.util.Map;

/** Counts to ten. */
public final class CounterWorld extends MethodWorld {
  private int count;

  /** Adds to the count. */
  @ToolMethod(value = "Adds to the count.", effect = SideEffect.WRITE)
  public int add(
      @Argument(value = "How much.", name = "amount", min = 1, max = 9) final int amount) {
    count += amount;
    return count;
  }

  @Override
  public void reset(final Task task, final long seed) {
    count = 0;
  }

  @Override
  public ToolWorld fork() {
    final CounterWorld fork = new CounterWorld();
    fork.count = count;
    return fork;
  }

  @Override
  public String digest() {
    return "count " + count;
  }

  @Override
  public Score reward(final String answer, final SeenResults seen) {
    return new Score(count == 10 ? 1.0 : 0.0, Map.of(), null);
  }
}
