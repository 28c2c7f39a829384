package dev.coppice.environments.conversation;

import dev.coppice.environments.replay.ReplayScript;
import dev.coppice.environments.replay.ScriptedEnvironment;
import dev.coppice.environments.tool.WorldNoise;
import dev.coppice.episode.Conversation;
import dev.coppice.episode.Dialect;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.episode.ForwardingEpisode;
import dev.coppice.episode.Sharing;
import dev.coppice.model.Tokenizer;
import dev.coppice.trajectory.Task;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Asks an environment's question as a user's message, which the model answers in one turn.
 *
 * <p>The template writes the prompt alone: where the environment has calls in words of its own, they
 * and what comes back stand inside the model's turn, as in plain text.
 *
 * @thread any.
 */
public class InlineEnvironment implements Environment, WorldNoise.Hearer {
  private static final String LLAMA_BEGIN = "<s>";

  private final Environment base;
  private final Conversation.Form form;

  private InlineEnvironment(final Environment base, final Conversation.Form form) {
    this.base = base;
    this.form = form;
  }

  /**
   * Wraps an environment.
   *
   * @param base whose prompts are plain text; closed with the new one.
   * @param form of the conversations.
   * @return an environment, which has the scripts of the wrapped one.
   * @throws IllegalArgumentException if the first task asks nothing.
   */
  public static Environment of(final Environment base, final Conversation.Form form) {
    final InlineEnvironment inline =
        base instanceof ScriptedEnvironment scripted
            ? new Scripted(scripted, form)
            : new InlineEnvironment(base, form);
    inline.start(inline.task(0), 0).close();
    return inline;
  }

  /** Has the template write what the environment asks. */
  final String asked(final String prompt) {
    String request = prompt;
    for (final String begin : new String[] {Tokenizer.BEGIN, LLAMA_BEGIN}) {
      request = request.startsWith(begin) ? request.substring(begin.length()) : request;
    }
    if (request.isBlank()) {
      throw new IllegalArgumentException(
          base.name()
              + " asks nothing that a user could say: set task.prompt, or model.chat-template ="
              + " \"none\"");
    }
    return form.begin(request.strip(), List.of()).text();
  }

  @Override
  public final String name() {
    return base.name();
  }

  @Override
  public final Dialect dialect() {
    return base.dialect();
  }

  @Override
  public final Sharing sharing() {
    return base.sharing();
  }

  @Override
  public final void noise(final WorldNoise noise) {
    if (base instanceof WorldNoise.Hearer hearer) {
      hearer.noise(noise);
    }
  }

  @Override
  public final int taskCount() {
    return base.taskCount();
  }

  @Override
  public final Task task(final int index) {
    return base.task(index);
  }

  @Override
  public final Episode start(final Task task, final long seed) {
    final Episode episode = base.start(task, seed);
    try {
      return new Asked(episode, asked(episode.prompt()));
    } catch (final RuntimeException e) {
      episode.close();
      throw e;
    }
  }

  @Override
  public final void guard(final UnaryOperator<String> guard) {
    base.guard(guard);
  }

  @Override
  public final String foldedPrompt(final String prompt) {
    return base.foldedPrompt(prompt);
  }

  @Override
  public final Map<String, Long> counters() {
    return base.counters();
  }

  @Override
  public final void close() {
    base.close();
  }

  /** Shows another prompt, and is the episode otherwise. */
  private static final class Asked extends ForwardingEpisode {
    private final String prompt;

    Asked(final Episode episode, final String prompt) {
      super(episode);
      this.prompt = prompt;
    }

    @Override
    public String prompt() {
      return prompt;
    }

    @Override
    protected Episode around(final Episode fork) {
      return new Asked(fork, prompt);
    }
  }

  /** Has the scripts of the wrapped environment, behind the prompts of this one. */
  private static final class Scripted extends InlineEnvironment implements ScriptedEnvironment {
    private final ScriptedEnvironment base;

    Scripted(final ScriptedEnvironment base, final Conversation.Form form) {
      super(base, form);
      this.base = base;
    }

    @Override
    public ReplayScript script(final Task task) {
      final ReplayScript script = base.script(task);
      return new ReplayScript(asked(script.prompt()), script.turns(), script.observations());
    }

    @Override
    public String observationClose() {
      return base.observationClose();
    }
  }
}
