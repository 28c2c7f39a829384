package dev.coppice.proxy.talk;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Holds a turn that was sampled, as its conversation may go on from it.
 *
 * @param prompt it was sampled behind.
 * @param sampled text, the end token included where it was sampled.
 * @param reply the turn as the message the agent got.
 * @param stop that was cut off the reply, or empty.
 */
public record Turned(Prompt prompt, String sampled, Map<String, Object> reply, String stop) {
  /**
   * Says whether a request goes on from the turn, as far as its messages tell.
   *
   * @param asked messages of the request.
   * @return true if they begin with those before the turn and the turn itself.
   */
  public boolean isContinuedBy(final List<Map<String, Object>> asked) {
    final int before = prompt.context().asked().size();
    if (asked.size() <= before + 1 || !begins(asked)) {
      return false;
    }
    final Map<String, Object> again = asked.get(before);
    return Messages.same(reply, again) || (!stop.isEmpty() && Messages.same(withStop(), again));
  }

  /** Some agents put the stop back where they found it missing. */
  private Map<String, Object> withStop() {
    final Map<String, Object> whole = new LinkedHashMap<>(reply);
    whole.put("content", Messages.content(reply) + stop);
    return whole;
  }

  private boolean begins(final List<Map<String, Object>> asked) {
    final List<Map<String, Object>> before = prompt.context().asked();
    if (asked.size() < before.size()) {
      return false;
    }
    for (int i = 0; i < before.size(); i++) {
      if (!Messages.same(before.get(i), asked.get(i))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Says whether a request tells the turn's history anew: it begins as the request before the turn
   * did, and goes on.
   *
   * @param asked messages of the request.
   * @return true if it is no new conversation.
   */
  public boolean isToldBy(final List<Map<String, Object>> asked) {
    return asked.size() > prompt.context().asked().size() && begins(asked);
  }
}
