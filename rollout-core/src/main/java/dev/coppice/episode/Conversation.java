package dev.coppice.episode;

import java.util.List;
import java.util.Map;

/**
 * Holds a conversation as one model's chat template writes it.
 *
 * <p>Branches of a fork share it and continue separately from there. Nothing a model said is ever rewritten:
 * {@link #text()} is only what stands before the model speaks.
 *
 * @thread any; immutable.
 */
public interface Conversation {
  /**
   * Returns what the model reads before it speaks, special tokens written out.
   *
   * @return the prompt of a conversation that begins, and afterwards what follows the model's
   *     last turn.
   */
  String text();

  /**
   * Goes on after a turn that made calls.
   *
   * @param turn all the model said since it was last answered, exactly as sampled.
   * @param calls in it, in order, with their results.
   * @return the longer conversation.
   * @throws RuntimeException saying why, if the template cannot continue without rewriting what
   *     stands there already.
   */
  Conversation answered(String turn, List<Made> calls);

  /**
   * Holds a call that was answered.
   *
   * @param text the call was read from; calls of one list have the same one.
   * @param tool that was called, or empty where the text is no call.
   * @param arguments by name, in the order they were written.
   * @param result of the call, as the model is to see it.
   */
  record Made(String text, String tool, Map<String, Object> arguments, String result) {}

  /** Begins conversations of one kind. */
  interface Form {
    /**
     * Begins a conversation.
     *
     * @param request of the user.
     * @param tools the model may call, as JSON schemas of functions.
     * @return the conversation, up to where the model speaks.
     */
    Conversation begin(String request, List<Map<String, Object>> tools);
  }
}
