package dev.coppice.proxy.answer;

/**
 * Sends an answer: one body, or a stream of events.
 *
 * @thread the one that answers the request.
 */
public interface ReplyOutput {
  /**
   * Sends the whole answer.
   *
   * @param json of it.
   */
  void send(String json);

  /**
   * Sends an event, beginning the stream with the first.
   *
   * @param name of the event, or null for none.
   * @param data in one line.
   */
  void event(String name, String data);

  /** Ends the stream. */
  void end();
}
