package dev.coppice.environments.drawers;

import dev.coppice.environments.arithmetic.CountdownProblem;
import dev.coppice.environments.arithmetic.DrawersProblem;
import dev.coppice.environments.arithmetic.DrawersProblems;
import dev.coppice.environments.arithmetic.Split;
import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.canonical.ValuedEpisode;
import dev.coppice.environments.countdown.CountdownEnvironment;
import dev.coppice.environments.countdown.DistinctDraws;
import dev.coppice.environments.replay.ReplayScript;
import dev.coppice.environments.replay.ScriptedEnvironment;
import dev.coppice.episode.Dialect;
import dev.coppice.trajectory.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Offers {@code drawers} problems: a countdown problem whose numbers lie in five or six drawers.
 *
 * <p>The call {@code open 1} is answered with {@code worth 3}, {@code empty} or, if there is no such
 * drawer or it is open already, {@code illegal}. Only numbers of open drawers can be combined. As
 * many calls are allowed as there are drawers and numbers; one more ends the episode.
 *
 * @thread immutable, any thread
 */
public final class DrawersEnvironment implements ScriptedEnvironment {
  /** The name of this environment. */
  public static final String NAME = "drawers";

  private final String idPrefix;
  private final List<DrawersProblem> problems;

  /**
   * Draws the problems.
   *
   * @param split whose numbers may be drawn.
   * @param count of problems, at least 1; they are distinct.
   * @param seed of the draws.
   * @throws IllegalArgumentException if the split has fewer distinct problems.
   */
  public DrawersEnvironment(final Split split, final int count, final long seed) {
    idPrefix = NAME + "/" + split.name().toLowerCase(Locale.ROOT) + "/" + seed + "/";
    problems =
        DistinctDraws.take(NAME, count, index -> DrawersProblems.problem(split, seed, index));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Dialect dialect() {
    return Dialect.TAGS;
  }

  @Override
  public int taskCount() {
    return problems.size();
  }

  @Override
  public Task task(final int index) {
    final DrawersProblem problem = problems.get(index);
    return new Task(
        idPrefix + index,
        CanonicalJson.write(Map.of("contents", problem.contents(), "target", problem.target())));
  }

  @Override
  public ValuedEpisode start(final Task task, final long seed) {
    return new DrawersEpisode(problem(task));
  }

  /**
   * Opens the drawers in order, writes the note, and solves with as few calls as possible.
   *
   * <p>Many problems have one prompt, so the script holds the observations too.
   */
  @Override
  public ReplayScript script(final Task task) {
    final DrawersProblem problem = problem(task);
    final CountdownProblem countdown = problem.countdown();
    final ReplayScript solution = CountdownEnvironment.script(countdown);
    final List<String> turns = new ArrayList<>();
    final List<String> observations = new ArrayList<>();
    for (int drawer = 1; drawer <= problem.drawers(); drawer++) {
      turns.add("<call>open " + drawer + "</call>");
      observations.add("<obs>" + problem.observation(drawer) + "</obs>");
    }
    turns.add(countdown.prompt() + solution.turns().getFirst());
    turns.addAll(solution.turns().subList(1, solution.turns().size()));
    observations.addAll(solution.observations());
    return new ReplayScript(CountdownEnvironment.BEGIN + problem.prompt(), turns, observations);
  }

  @Override
  public String observationClose() {
    return "</obs>";
  }

  private static DrawersProblem problem(final Task task) {
    final Map<String, Object> input = CanonicalJson.read(task.input());
    if (!(input.get("contents") instanceof List<?> contents)
        || !(input.get("target") instanceof Integer target)) {
      throw new IllegalArgumentException(
          "a drawers task needs contents and target: task=" + task.id() + " input=" + input);
    }
    return new DrawersProblem(contents.stream().map(Integer.class::cast).toList(), target);
  }
}
