package dev.coppice.environments.countdown;

import dev.coppice.environments.arithmetic.Split;
import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.canonical.ValuedEpisode;
import dev.coppice.environments.replay.ScriptedEnvironment;
import dev.coppice.episode.Dialect;
import dev.coppice.trajectory.Task;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * Offers drawn problems that are a list of numbers and a target.
 *
 * @param <P> the type of the problems.
 * @thread immutable, any thread
 */
public abstract class NumbersEnvironment<P> implements ScriptedEnvironment {
  private final String name;
  private final String numbersKey;
  private final String idPrefix;
  private final List<P> problems;

  /**
   * Holds a problem as a task writes it.
   *
   * @param numbers of the problem.
   * @param target to make.
   */
  public record Numbers(List<Integer> numbers, int target) {}

  /**
   * Names a kind of problems.
   *
   * @param name of the environment.
   * @param numbersKey under which a task's input has its numbers.
   */
  public record Kind(String name, String numbersKey) {}

  /**
   * Takes the problems.
   *
   * @param kind of the problems.
   * @param split whose numbers are drawn.
   * @param seed of the draws.
   * @param count of problems, at least 1; they are distinct.
   * @param draw gives the problem of an index.
   * @throws IllegalArgumentException if the draws hold fewer distinct problems.
   */
  protected NumbersEnvironment(
      final Kind kind,
      final Split split,
      final long seed,
      final int count,
      final LongFunction<P> draw) {
    this.name = kind.name();
    this.numbersKey = kind.numbersKey();
    this.idPrefix = name + "/" + split.name().toLowerCase(Locale.ROOT) + "/" + seed + "/";
    this.problems = DistinctDraws.take(name, count, draw);
  }

  /**
   * Starts an episode of a problem.
   *
   * @param problem to play.
   * @return the episode in its first state.
   */
  protected abstract ValuedEpisode start(P problem);

  /**
   * Takes a problem apart.
   *
   * @param problem of this kind.
   * @return its numbers and its target.
   */
  protected abstract Numbers numbers(P problem);

  /**
   * Puts a problem together.
   *
   * @param numbers and target.
   * @return the problem.
   */
  protected abstract P problem(Numbers numbers);

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final Dialect dialect() {
    return Dialect.TAGS;
  }

  @Override
  public final int taskCount() {
    return problems.size();
  }

  @Override
  public final Task task(final int index) {
    final Numbers problem = numbers(problems.get(index));
    return new Task(
        idPrefix + index,
        CanonicalJson.write(Map.of(numbersKey, problem.numbers(), "target", problem.target())));
  }

  @Override
  public final ValuedEpisode start(final Task task, final long seed) {
    return start(problem(task));
  }

  @Override
  public final String observationClose() {
    return "</obs>";
  }

  /**
   * Reads the problem of a task.
   *
   * @param task of this environment.
   * @return the problem.
   * @throws IllegalArgumentException if the task's input has no such problem.
   */
  protected final P problem(final Task task) {
    final Map<String, Object> input = CanonicalJson.read(task.input());
    if (!(input.get(numbersKey) instanceof List<?> numbers)
        || !(input.get("target") instanceof Integer target)) {
      throw new IllegalArgumentException(
          "a %s task needs %s and target: task=%s input=%s"
              .formatted(name, numbersKey, task.id(), input));
    }
    return problem(new Numbers(numbers.stream().map(Integer.class::cast).toList(), target));
  }
}
