package dev.coppice.proxy.talk;

import dev.coppice.trajectory.SamplingSettings;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Asks for the next turn of a conversation, whatever protocol it came by.
 *
 * @param messages in the shape of OpenAI's, texts joined; see {@link Messages}.
 * @param tools the model may call, and how.
 * @param sampling what was asked for.
 * @param limits of each answer.
 * @param choices wanted, at least 1.
 * @param shape of the answer.
 */
public record TalkAsk(
    List<Map<String, Object>> messages,
    Tools tools,
    Sampling sampling,
    Limits limits,
    int choices,
    Shape shape) {
  /** Copies the list. */
  public TalkAsk {
    messages = List.copyOf(messages);
  }

  /**
   * Says which tools there are.
   *
   * @param schemas as OpenAI writes them: {@code {"type":"function","function":{...}}}.
   * @param choice that is forced or not.
   * @param forced the name of the tool that must be called, or empty.
   * @param parallel whether one turn may make several calls.
   */
  public record Tools(
      List<Map<String, Object>> schemas, ToolChoice choice, String forced, boolean parallel) {
    /** No tools at all. */
    public static final Tools NONE = new Tools(List.of(), ToolChoice.NONE, "", true);

    /** Copies the list. */
    public Tools {
      schemas = List.copyOf(schemas);
    }
  }

  /** Says whether the model must call. */
  public enum ToolChoice {
    /** The model decides. */
    AUTO,
    /** The model is not told of tools. */
    NONE,
    /** The turn begins with a call of some tool, or of the one named. */
    REQUIRED
  }

  /**
   * Says how to draw.
   *
   * @param settings with what was not named taken from the run's.
   * @param named whether the request named any of them.
   * @param seed of the draws where the request has one; else the rollout's name seeds them.
   */
  public record Sampling(SamplingSettings settings, boolean named, OptionalLong seed) {}

  /**
   * Limits an answer.
   *
   * @param mostTokens sampled.
   * @param stops texts that end it and are left out of it.
   */
  public record Limits(int mostTokens, List<String> stops) {
    /** Copies the list. */
    public Limits {
      stops = List.copyOf(stops);
    }
  }

  /**
   * Says how the answer is told.
   *
   * @param stream as it is sampled, or at the end.
   * @param logprobs with the log-probability of every token.
   * @param usage counted at the end of a stream too.
   */
  public record Shape(boolean stream, boolean logprobs, boolean usage) {}
}
