package dev.coppice.environments.conversation;

import dev.coppice.episode.Conversation;
import dev.coppice.episode.Episode;
import dev.coppice.episode.ForwardingEpisode;
import dev.coppice.episode.Observation;
import dev.coppice.episode.ToolFailedException;
import dev.coppice.trajectory.ToolCall;

/**
 * Shows the results of an episode as the next messages of a conversation.
 *
 * @cost a fork shares the conversation; a call renders it twice to six times.
 */
final class ChatEpisode extends ForwardingEpisode {
  private Conversation conversation;

  ChatEpisode(final Episode episode, final Conversation conversation) {
    super(episode);
    this.conversation = conversation;
  }

  @Override
  public String prompt() {
    return conversation.text();
  }

  /** Takes the call for the whole turn, as where it is unknown what came before it. */
  @Override
  public Observation call(final String text) throws Exception {
    return call(text, text);
  }

  @Override
  public Observation call(final String text, final String turn) throws Exception {
    final Observation result = base().call(text);
    if (result == null) {
      return null;
    }
    try {
      conversation = conversation.answered(turn, text, result.text());
    } catch (final RuntimeException e) {
      throw unwritable(e, result);
    }
    return shown(result);
  }

  @Override
  public Observation say(final String turn, final String end) throws Exception {
    final Observation result = base().say(turn, end);
    if (result == null) {
      return null;
    }
    try {
      conversation = conversation.heard(turn, end, result.text());
    } catch (final RuntimeException e) {
      throw unwritable(e, result);
    }
    return shown(result);
  }

  private static ToolFailedException unwritable(
      final RuntimeException e, final Observation result) {
    return new ToolFailedException(
        ToolCall.Status.INVALID, "chat_template", String.valueOf(e.getMessage()), result.source());
  }

  /** Shows a result as the conversation now stands. */
  private Observation shown(final Observation result) {
    return new Observation(
        conversation.text(),
        result.tool(),
        result.arguments(),
        result.status(),
        result.correct(),
        result.over(),
        result.stepReward(),
        result.source());
  }

  @Override
  protected Episode around(final Episode fork) {
    return new ChatEpisode(fork, conversation);
  }
}
