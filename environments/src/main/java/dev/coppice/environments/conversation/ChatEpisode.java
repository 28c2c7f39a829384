package dev.coppice.environments.conversation;

import dev.coppice.episode.Conversation;
import dev.coppice.episode.Episode;
import dev.coppice.episode.ForwardingEpisode;
import dev.coppice.episode.Observation;
import dev.coppice.episode.ToolFailedException;
import dev.coppice.trajectory.ToolCall;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/**
 * Shows the results of an episode as the next messages of a conversation.
 *
 * @cost a fork shares the conversation; a call renders it twice to six times.
 */
final class ChatEpisode extends ForwardingEpisode {
  private Conversation conversation;
  private Conversation before;
  private LastTurn last;

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
    return after(
        new LastTurn((told, result) -> told.answered(turn, text, result), base().call(text)));
  }

  @Override
  public Observation say(final String turn, final String end) throws Exception {
    return after(
        new LastTurn((told, result) -> told.heard(turn, end, result), base().say(turn, end)));
  }

  /** How the conversation goes on after the last turn, so that a result can be written once more. */
  private record LastTurn(
      BiFunction<Conversation, String, Conversation> goesOn, Observation result) {}

  private Observation after(final LastTurn turn) throws ToolFailedException {
    if (turn.result() == null) {
      return null;
    }
    before = conversation;
    last = turn;
    return shown(turn.result());
  }

  @Override
  public Observation shortened(final Observation shown, final UnaryOperator<String> cut)
      throws Exception {
    conversation = before;
    return shown(base().shortened(last.result(), cut));
  }

  private Observation shown(final Observation result) throws ToolFailedException {
    try {
      conversation = last.goesOn().apply(conversation, result.text());
    } catch (final RuntimeException e) {
      throw new ToolFailedException(
          ToolCall.Status.INVALID,
          "chat_template",
          String.valueOf(e.getMessage()),
          result.source());
    }
    return result.with(conversation.text());
  }

  @Override
  protected Episode around(final Episode fork) {
    return new ChatEpisode(fork, conversation);
  }
}
