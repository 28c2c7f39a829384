package dev.coppice.environments.conversation;

import dev.coppice.environments.tool.CallNotation;
import dev.coppice.environments.tool.CallText;
import dev.coppice.episode.Conversation;
import dev.coppice.episode.Episode;
import dev.coppice.episode.ForwardingEpisode;
import dev.coppice.episode.Observation;
import dev.coppice.episode.ToolFailedException;
import dev.coppice.trajectory.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Shows the results of an episode as the next messages of a conversation.
 *
 * @cost a fork shares the conversation; a call renders it twice to six times.
 */
final class ChatEpisode extends ForwardingEpisode {
  private final CallNotation notation;
  private Conversation conversation;
  private Conversation before;
  private LastCalls asked;

  ChatEpisode(final Episode episode, final CallNotation notation, final Conversation conversation) {
    super(episode);
    this.notation = notation;
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
    return calls(List.of(text), turn).getFirst();
  }

  /** The template writes all results as one text, which the first answer has. */
  @Override
  public List<Observation> calls(final List<String> texts, final String turn) throws Exception {
    final List<Observation> results = base().calls(texts, turn);
    if (results.contains(null)) {
      return results;
    }
    before = conversation;
    asked = new LastCalls(turn, texts, results);
    return shown(results);
  }

  /** What the last calls were, so that their results can be written once more. */
  private record LastCalls(String turn, List<String> texts, List<Observation> results) {}

  @Override
  public List<Observation> shortened(final List<Observation> last, final UnaryOperator<String> cut)
      throws Exception {
    conversation = before;
    return shown(base().shortened(asked.results(), cut));
  }

  private List<Observation> shown(final List<Observation> results) throws ToolFailedException {
    final Conversation longer;
    try {
      longer = conversation.answered(asked.turn(), made(asked.texts(), results));
    } catch (final RuntimeException e) {
      throw new ToolFailedException(
          ToolCall.Status.INVALID,
          "chat_template",
          String.valueOf(e.getMessage()),
          results.getLast().source());
    }
    conversation = longer;
    final List<Observation> shown = new ArrayList<>();
    for (final Observation result : results) {
      shown.add(result.with(shown.isEmpty() ? longer.text() : ""));
    }
    return shown;
  }

  private List<Conversation.Made> made(final List<String> texts, final List<Observation> results) {
    final List<Conversation.Made> made = new ArrayList<>();
    for (final String text : texts) {
      List<CallText> calls;
      try {
        calls = notation.readAll(text);
      } catch (final IllegalArgumentException e) {
        calls = List.of(new CallText("", Map.of()));
      }
      for (final CallText call : calls) {
        if (made.size() < results.size()) {
          final String result = results.get(made.size()).text();
          made.add(new Conversation.Made(text, call.tool(), call.arguments(), result));
        }
      }
    }
    return made;
  }

  @Override
  protected Episode around(final Episode fork) {
    return new ChatEpisode(fork, notation, conversation);
  }
}
