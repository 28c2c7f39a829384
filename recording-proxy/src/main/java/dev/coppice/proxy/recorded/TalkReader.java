package dev.coppice.proxy.recorded;

import dev.coppice.model.Tokenizer;
import dev.coppice.proxy.talk.Messages;
import dev.coppice.proxy.talk.Prompt;
import dev.coppice.proxy.talk.Talk;
import dev.coppice.proxy.talk.TalkAsk;
import dev.coppice.proxy.talk.ToolUse;
import dev.coppice.proxy.talk.Turned;
import dev.coppice.trajectory.SamplingSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Reads back from an event what a turn was in its conversation.
 *
 * @param talk that wrote it; null where the model has no chat template.
 * @param tokenizer of the model.
 */
public record TalkReader(Talk talk, Tokenizer tokenizer) {
  /** Makes the turn of an event. */
  Turn turn(final RecordEvent.TurnSampled event, final Turn parent, final Rollout rollout) {
    final RecordEvent.Said said = event.said();
    if (said.ask().messages() == null) {
      return new Turn(event, parent, rollout, null, List.of());
    }
    final TalkAsk ask = ask(said.ask(), parent);
    final boolean follows = parent != null && parent.turned() != null;
    final Prompt prompt = follows ? talk.goOn(ask, parent.turned()) : talk.begin(ask);
    if (prompt == null) {
      throw new IllegalArgumentException(
          "the chat template does not write the recorded turn any more: turn="
              + event.place().turn());
    }
    final Turned turned =
        new Turned(prompt, tokenizer.decode(event.tokens().sampled()), said.reply(), said.stop());
    final List<ToolUse> uses = Messages.uses(said.reply());
    return new Turn(event, parent, rollout, turned, uses);
  }

  private static TalkAsk ask(final RecordEvent.Asked asked, final Turn parent) {
    final List<Map<String, Object>> messages = new ArrayList<>();
    if (parent != null && parent.turned() != null) {
      messages.addAll(parent.turned().prompt().context().asked());
      messages.add(parent.turned().reply());
    }
    messages.addAll(asked.messages());
    final TalkAsk.ToolChoice choice =
        TalkAsk.ToolChoice.valueOf(asked.choice().toUpperCase(Locale.ROOT));
    return new TalkAsk(
        messages,
        new TalkAsk.Tools(asked.tools(), choice, asked.forced(), true),
        new TalkAsk.Sampling(SamplingSettings.PLAIN, false, OptionalLong.empty()),
        new TalkAsk.Limits(1, List.of()),
        1,
        new TalkAsk.Shape(false, false, false));
  }
}
