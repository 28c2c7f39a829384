package dev.coppice.environments.conversation;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.replay.ReplayScript;
import dev.coppice.environments.replay.ScriptedEnvironment;
import dev.coppice.environments.tool.WorldNoise;
import dev.coppice.environments.toolworld.CallFormat;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolSpec;
import dev.coppice.environments.toolworld.WorldEnvironment;
import dev.coppice.episode.Conversation;
import dev.coppice.episode.Dialect;
import dev.coppice.episode.Episode;
import dev.coppice.episode.Sharing;
import dev.coppice.trajectory.Task;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Plays a world of tools as a conversation: the request is a user's message, results are a tool's,
 * the tools themselves are given to the template, and the template writes all of it.
 *
 * <p>What was sampled stays as its tokens. A template that would rewrite earlier messages once
 * there are later ones cannot be used, and is refused before anything runs.
 *
 * @thread any.
 */
public final class ChatEnvironment implements ScriptedEnvironment, WorldNoise.Hearer {
  /** The request of a world that is given no prompt. */
  private static final String DEFAULT_PROMPT = "{request}";

  private final WorldEnvironment world;
  private final CallFormat format;
  private final Conversation.Form form;
  private final List<Map<String, Object>> tools;
  private final String preface;
  private final String observationClose;

  /**
   * Wraps a world.
   *
   * @param taskset of the world; closed with this environment.
   * @param format of the world, whose marks of answers are kept; the template marks results.
   * @param prompt of the user, in which {@code {request}} stands for what is asked and {@code
   *     {tools}} for the schemas of the tools, where the template does not write them; empty for the
   *     request, behind the tools where they are not shown otherwise.
   * @param form of the conversations.
   * @throws IllegalArgumentException if the template shows no tools and the prompt does not either.
   * @throws RuntimeException of the form's, if the template cannot continue after a call.
   */
  public ChatEnvironment(
      final Taskset taskset,
      final CallFormat format,
      final String prompt,
      final Conversation.Form form) {
    final CallFormat bare = new CallFormat(format.dialect(), "", "", format.notation());
    this.world = new WorldEnvironment(taskset, bare, prompt.isEmpty() ? DEFAULT_PROMPT : prompt);
    this.form = form;
    this.format = format;
    this.tools = world.tools().stream().map(ToolSpec::schema).toList();
    final Conversation begun = form.begin("ask", tools);
    final boolean ignored =
        !tools.isEmpty() && begun.text().equals(form.begin("ask", List.of()).text());
    if (ignored && !prompt.isEmpty() && !prompt.contains("{tools}")) {
      throw new IllegalArgumentException(
          "the chat template shows the model no tools: write {tools} into the prompt: prompt="
              + prompt);
    }
    preface = ignored && prompt.isEmpty() ? CanonicalJson.writeInOrder(tools) + "\n" : "";
    observationClose = tools.isEmpty() ? dialect().callClose() : closeOf(begun);
  }

  /** Tries two turns with two results, and answers the text behind every result. */
  private String closeOf(final Conversation begun) {
    final String name = world.tools().iterator().next().name();
    final String turn = format.call(name, Map.of());
    final Conversation once = begun.answered(turn, made(turn, name, "a"));
    final String one = once.answered(turn, made(turn, name, "a")).text();
    final String other = once.answered(turn, made(turn, name, "b")).text();
    if (one.equals(other)) {
      throw new IllegalArgumentException("the chat template shows the model no results of tools");
    }
    int length = 0;
    while (one.endsWith(other.substring(other.length() - length - 1))) {
      length++;
    }
    return one.substring(one.length() - length);
  }

  private List<Conversation.Made> made(final String turn, final String tool, final String result) {
    final int open =
        format.dialect().ending() == Dialect.Ending.BARE ? 0 : dialect().callOpen().length();
    final String text = turn.substring(open, turn.length() - dialect().callClose().length());
    return List.of(new Conversation.Made(text, tool, Map.of(), result));
  }

  @Override
  public String name() {
    return world.name();
  }

  @Override
  public Dialect dialect() {
    return world.dialect();
  }

  @Override
  public Sharing sharing() {
    return world.sharing();
  }

  @Override
  public void noise(final WorldNoise noise) {
    world.noise(noise);
  }

  @Override
  public int taskCount() {
    return world.taskCount();
  }

  @Override
  public Task task(final int index) {
    return world.task(index);
  }

  @Override
  public Episode start(final Task task, final long seed) {
    final Episode episode = world.start(task, seed);
    return new ChatEpisode(episode, format.notation(), begin(episode.prompt()));
  }

  private Conversation begin(final String request) {
    return form.begin(preface + request, tools);
  }

  @Override
  public ReplayScript script(final Task task) {
    final ReplayScript script = world.script(task);
    final Conversation begun = begin(script.prompt());
    return new ReplayScript(begun.text(), script.turns(), script.observations());
  }

  @Override
  public String observationClose() {
    return observationClose;
  }

  @Override
  public void guard(final UnaryOperator<String> guard) {
    world.guard(guard);
  }

  @Override
  public Map<String, Long> counters() {
    return world.counters();
  }

  @Override
  public void close() {
    world.close();
  }
}
