package dev.coppice.environments.stories;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.canonical.StateDigest;
import dev.coppice.episode.Dialect;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Score;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;
import java.util.Map;

/**
 * Offers one prompt to be continued freely, as often as asked for.
 *
 * <p>There are no tools and nothing is scored: it shows a model's own text, as chains or as trees.
 *
 * @thread immutable, any thread
 */
public final class StoriesEnvironment implements Environment {
  /** The name of this environment. */
  public static final String NAME = "stories";

  /** The prompt of an environment that is given none: the begin token of Llama's family. */
  public static final String DEFAULT_PROMPT = "<s>";

  private final String prompt;
  private final int count;

  /**
   * Makes the tasks.
   *
   * @param prompt of every task, special tokens written out, not empty.
   * @param count of tasks, at least 1.
   */
  public StoriesEnvironment(final String prompt, final int count) {
    if (prompt.isEmpty() || count < 1) {
      throw new IllegalArgumentException(
          "stories needs a prompt and at least one task: prompt=\"" + prompt + "\" count=" + count);
    }
    this.prompt = prompt;
    this.count = count;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Dialect dialect() {
    return Dialect.PLAIN;
  }

  @Override
  public int taskCount() {
    return count;
  }

  @Override
  public Task task(final int index) {
    return new Task(NAME + "/" + index, CanonicalJson.write(Map.of("prompt", prompt)));
  }

  @Override
  public Episode start(final Task task, final long seed) {
    if (!(CanonicalJson.read(task.input()).get("prompt") instanceof String text)) {
      throw new IllegalArgumentException("a stories task needs a prompt: task=" + task.id());
    }
    return new Story(text);
  }

  /** Has no state but its prompt, so a fork is the episode itself. */
  private record Story(String prompt) implements Episode {
    @Override
    public EpisodePlan plan() {
      return new EpisodePlan(0, 1);
    }

    @Override
    public Observation call(final String text) {
      return Observation.of("", "", "{}", ToolCall.Status.ILLEGAL, false);
    }

    @Override
    public Score finish(final String answer) {
      return Score.NONE;
    }

    @Override
    public Score truncated(final StopReason reason) {
      return Score.NONE;
    }

    @Override
    public Episode fork() {
      return this;
    }

    @Override
    public String digest() {
      return StateDigest.of("stories " + prompt);
    }
  }
}
