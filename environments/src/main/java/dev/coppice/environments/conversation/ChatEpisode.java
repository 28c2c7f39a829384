package dev.coppice.environments.conversation;

import dev.coppice.episode.Conversation;
import dev.coppice.episode.Episode;
import dev.coppice.episode.ForwardingEpisode;
import dev.coppice.episode.Observation;
import dev.coppice.episode.ToolFailedException;
import dev.coppice.trajectory.ToolCall;
import java.util.function.UnaryOperator;

/**
 * Shows the results of an episode as the next messages of a conversation.
 *
 * @cost a fork shares the conversation; a call renders it twice to six times.
 */
final class ChatEpisode extends ForwardingEpisode {
  private Conversation conversation;
  private Conversation before;
  private LastCall asked;

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
    before = conversation;
    asked = new LastCall(turn, text, result);
    return shown(result);
  }

  /** What the last call was, so that its result can be written once more. */
  private record LastCall(String turn, String call, Observation result) {}

  @Override
  public Observation shortened(final Observation last, final UnaryOperator<String> cut)
      throws Exception {
    conversation = before;
    return shown(base().shortened(asked.result(), cut));
  }

  private Observation shown(final Observation result) throws ToolFailedException {
    final Conversation longer;
    try {
      longer = conversation.answered(asked.turn(), asked.call(), result.text());
    } catch (final RuntimeException e) {
      throw new ToolFailedException(
          ToolCall.Status.INVALID,
          "chat_template",
          String.valueOf(e.getMessage()),
          result.source());
    }
    conversation = longer;
    return result.with(longer.text());
  }

  @Override
  protected Episode around(final Episode fork) {
    return new ChatEpisode(fork, conversation);
  }
}
