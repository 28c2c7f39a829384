package dev.coppice.proxy.talk;

import dev.coppice.chat.TurnWriter;
import java.util.List;
import java.util.Map;

/**
 * Holds what is written for a turn.
 *
 * @param context the turn is sampled in.
 * @param tokens new to the path: all of the prompt, or what follows the turn before.
 * @param forced the end of the prompt that the turn has to begin with, or empty.
 */
public record Prompt(Context context, int[] tokens, String forced) {
  /**
   * Holds the conversation before a turn.
   *
   * @param asked messages of the request.
   * @param tools the model was told of, as JSON, or empty.
   * @param place the model speaks at: messages as the template was shown them, and their text.
   */
  public record Context(List<Map<String, Object>> asked, String tools, TurnWriter.Place place) {
    /** Copies the list. */
    public Context {
      asked = List.copyOf(asked);
    }
  }
}
