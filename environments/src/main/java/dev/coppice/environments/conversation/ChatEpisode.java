package dev.coppice.environments.conversation;

import dev.coppice.episode.Conversation;
import dev.coppice.episode.Episode;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Score;
import dev.coppice.episode.ToolFailedException;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.ToolCall;

/**
 * Shows the results of an episode as the next messages of a conversation.
 *
 * @cost a fork shares the conversation; a call renders it twice to six times.
 */
final class ChatEpisode implements Episode {
  private final Episode episode;
  private Conversation conversation;

  ChatEpisode(final Episode episode, final Conversation conversation) {
    this.episode = episode;
    this.conversation = conversation;
  }

  @Override
  public String prompt() {
    return conversation.text();
  }

  /** Takes the call for the whole turn, as where nobody knows what stood before it. */
  @Override
  public Observation call(final String text) throws Exception {
    return call(text, text);
  }

  @Override
  public Observation call(final String text, final String turn) throws Exception {
    final Observation result = episode.call(text);
    if (result == null) {
      return null;
    }
    final Conversation longer;
    try {
      longer = conversation.answered(turn, text, result.text());
    } catch (final RuntimeException e) {
      throw new ToolFailedException(
          ToolCall.Status.INVALID,
          "chat_template",
          String.valueOf(e.getMessage()),
          result.source());
    }
    conversation = longer;
    return new Observation(
        longer.text(),
        result.tool(),
        result.arguments(),
        result.status(),
        result.correct(),
        result.over(),
        result.stepReward(),
        result.source());
  }

  @Override
  public EpisodePlan plan() {
    return episode.plan();
  }

  @Override
  public Score finish(final String answer) throws Exception {
    return episode.finish(answer);
  }

  @Override
  public Score truncated(final StopReason reason) {
    return episode.truncated(reason);
  }

  @Override
  public Episode fork() {
    return new ChatEpisode(episode.fork(), conversation);
  }

  @Override
  public String digest() {
    return episode.digest();
  }

  @Override
  public void close() {
    episode.close();
  }
}
