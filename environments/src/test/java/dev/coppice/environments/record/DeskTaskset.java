package dev.coppice.environments.record;

import dev.coppice.environments.tool.Argument;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.environments.toolworld.MethodWorld;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolMethod;
import dev.coppice.environments.toolworld.ToolSpec;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.episode.Score;
import dev.coppice.trajectory.Task;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Offers a desk whose drawers can be filled. */
final class DeskTaskset implements Taskset {
  private final boolean works;

  /** Makes a desk; one that does not work fails the test that calls its tools. */
  DeskTaskset(final boolean works) {
    this.works = works;
  }

  @Override
  public String name() {
    return "desk";
  }

  @Override
  public int taskCount() {
    return 1;
  }

  @Override
  public Task task(final int index) {
    return new Task("desk/" + index, "{}");
  }

  @Override
  public String request(final Task task) {
    return "Count the full drawers.";
  }

  @Override
  public EpisodePlan plan(final Task task) {
    return new EpisodePlan(0, 2);
  }

  @Override
  public Solution solution(final Task task) {
    return new Solution(List.of(new Call("count", Map.of())), "7");
  }

  @Override
  public ToolWorld open() {
    return new Desk(works);
  }

  /** Holds which drawers are full. */
  public static final class Desk extends MethodWorld {
    private final boolean works;
    private final TreeSet<Integer> full = new TreeSet<>();

    Desk(final boolean works) {
      this.works = works;
    }

    private void requireWorking() {
      if (!works) {
        throw new AssertionError("a real tool was called");
      }
    }

    /** Looks. */
    @ToolMethod(value = "Looks into a drawer.", effect = SideEffect.READ)
    public String look(@Argument(value = "Which.", name = "drawer") final int drawer) {
      requireWorking();
      return "real drawer " + drawer + " of " + full;
    }

    /** Counts. */
    @ToolMethod(value = "Counts the full drawers.", effect = SideEffect.READ)
    public int count() {
      requireWorking();
      return full.size();
    }

    /** Fills. */
    @ToolMethod(value = "Fills a drawer.", effect = SideEffect.WRITE)
    public int put(@Argument(value = "Which.", name = "drawer") final int drawer) {
      requireWorking();
      full.add(drawer);
      return full.size();
    }

    /** Says that the count is a number. */
    @Override
    public List<ToolSpec> tools() {
      return super.tools().stream().map(Desk::typed).toList();
    }

    private static ToolSpec typed(final ToolSpec spec) {
      return spec.name().equals("count")
          ? new ToolSpec(
              spec.name(),
              spec.description(),
              spec.effect(),
              spec.version(),
              spec.parameters(),
              Map.of("type", "integer"))
          : spec;
    }

    @Override
    public void reset(final Task task, final long seed) {
      full.clear();
    }

    @Override
    public ToolWorld fork() {
      final Desk fork = new Desk(works);
      fork.full.addAll(full);
      return fork;
    }

    @Override
    public String digest() {
      return "full " + full;
    }

    @Override
    public String summary() {
      return "a desk of 9 drawers, full: " + full;
    }

    @Override
    public Score reward(final String answer, final SeenResults seen) {
      return new Score(1.0, Map.of(), null);
    }
  }
}
