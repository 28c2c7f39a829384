package dev.coppice.environments.text;

import dev.coppice.environments.replay.ReplayScript;
import dev.coppice.environments.replay.ScriptedEnvironment;
import dev.coppice.environments.tool.CallText;
import dev.coppice.environments.toolworld.CallFormat;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.Dialect;
import dev.coppice.episode.Episode;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.trajectory.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Offers the tasks of a text environment to a world that runs its calls as tools.
 *
 * <p>The request of a task is the environment's whole prompt, so the template of the prompt is
 * {@link #TEMPLATE}.
 *
 * @thread as the environment.
 */
public final class TextTaskset implements Taskset {
  /** The template of prompts. */
  public static final String TEMPLATE = "{request}";

  private final ScriptedEnvironment environment;
  private final CallFormat format;
  private final Supplier<ToolWorld> opener;

  /**
   * Wraps an environment.
   *
   * @param environment that has the tasks; closed with this one.
   * @param format in which its policies write.
   * @param opener makes instances of the world.
   */
  public TextTaskset(
      final ScriptedEnvironment environment,
      final CallFormat format,
      final Supplier<ToolWorld> opener) {
    this.environment = Objects.requireNonNull(environment, "environment is null");
    this.format = Objects.requireNonNull(format, "format is null");
    this.opener = Objects.requireNonNull(opener, "opener is null");
  }

  @Override
  public String name() {
    return environment.name();
  }

  @Override
  public int taskCount() {
    return environment.taskCount();
  }

  @Override
  public Task task(final int index) {
    return environment.task(index);
  }

  @Override
  public String request(final Task task) {
    return ofEpisode(task, Episode::prompt);
  }

  @Override
  public EpisodePlan plan(final Task task) {
    return ofEpisode(task, Episode::plan);
  }

  private <T> T ofEpisode(final Task task, final Function<Episode, T> question) {
    try (Episode episode = environment.start(task, 0)) {
      return question.apply(episode);
    }
  }

  @Override
  public ToolWorld open() {
    return opener.get();
  }

  /** Takes the calls and the answer out of what the environment's script says. */
  @Override
  public Solution solution(final Task task) {
    final ReplayScript script = environment.script(task);
    final Dialect marks = format.dialect();
    final List<Call> calls = new ArrayList<>();
    for (final String turn : script.turns().subList(0, script.turns().size() - 1)) {
      final CallText call =
          format.notation().read(between(turn, marks.callOpen(), marks.callClose()));
      calls.add(new Call(call.tool(), call.arguments()));
    }
    final String answer =
        between(script.turns().getLast(), marks.answerOpen(), marks.answerClose());
    final List<String> results =
        script.observations().stream()
            .map(text -> between(text, format.observationOpen(), format.observationClose()))
            .toList();
    return new Solution(calls, answer, results);
  }

  private static String between(final String text, final String open, final String close) {
    final int from = text.indexOf(open) + open.length();
    return close.isEmpty() ? text.substring(from) : text.substring(from, text.indexOf(close, from));
  }

  @Override
  public void close() {
    environment.close();
  }
}
