package dev.coppice.environments.boxes;

import dev.coppice.environments.arithmetic.Split;
import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.trajectory.Task;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Offers drawn pairs of boxes: look into both, then say the result.
 *
 * <p>The two calls are the same whatever is in the boxes, so nothing is decided before the last turn.
 *
 * @thread immutable, any thread
 */
final class BoxesTaskset implements Taskset {
  static final String NAME = "boxes";

  private static final String LOOK = "look";
  private static final int READING = 2;

  private final List<Boxes> tasks;

  /** Draws distinct pairs of a split. */
  BoxesTaskset(final Split split, final Boxes.Rule rule, final int count, final long seed) {
    final Set<Boxes> drawn = new LinkedHashSet<>();
    final SplittableRandom random = new SplittableRandom(seed);
    final int most = Boxes.count() * (Boxes.count() - 1) / 10;
    if (count < 1 || count > most) {
      throw new IllegalArgumentException(
          "boxes: there are no so many pairs to draw: count=" + count + " most=" + most);
    }
    while (drawn.size() < count) {
      final int first = random.nextInt(Boxes.count());
      final int second = random.nextInt(Boxes.count());
      if (first != second && Boxes.split(first, second) == split) {
        drawn.add(new Boxes(Boxes.name(first), Boxes.name(second), rule));
      }
    }
    tasks = new ArrayList<>(drawn);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int taskCount() {
    return tasks.size();
  }

  @Override
  public Task task(final int index) {
    final Boxes boxes = tasks.get(index);
    return new Task(
        NAME + "/" + boxes.request().replace(' ', '-'),
        CanonicalJson.write(
            Map.of(
                "first", boxes.first(),
                "rule", boxes.rule().wire(),
                "second", boxes.second())));
  }

  @Override
  public String request(final Task task) {
    return boxes(task).request();
  }

  @Override
  public EpisodePlan plan(final Task task) {
    return new EpisodePlan(READING, READING + 1);
  }

  @Override
  public Solution solution(final Task task) {
    final Boxes boxes = boxes(task);
    return new Solution(
        List.of(
            new Call(LOOK, Map.of("box", boxes.first())),
            new Call(LOOK, Map.of("box", boxes.second()))),
        String.valueOf(boxes.answer()));
  }

  @Override
  public ToolWorld open() {
    return new BoxesWorld();
  }

  static Boxes boxes(final Task task) {
    final Map<String, Object> input = CanonicalJson.read(task.input());
    if (!(input.get("first") instanceof String first)
        || !(input.get("second") instanceof String second)
        || !(input.get("rule") instanceof String rule)) {
      throw new IllegalArgumentException(
          "a boxes task needs first, second and rule: task=" + task.id());
    }
    return new Boxes(first, second, Boxes.Rule.valueOf(rule.toUpperCase(Locale.ROOT)));
  }
}
