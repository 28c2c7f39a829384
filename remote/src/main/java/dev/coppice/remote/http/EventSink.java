package dev.coppice.remote.http;

import java.io.IOException;

/**
 * Takes in the events of a streamed answer.
 *
 * @thread one at a time, a thread of the connection.
 */
@FunctionalInterface
public interface EventSink {
  /** Takes nothing: for requests whose answer is one document. */
  EventSink NONE = (bytes, from, to) -> {};

  /**
   * Takes in what one {@code data:} line holds.
   *
   * @param bytes that hold it, overwritten after the call.
   * @param from the first of them.
   * @param to the one after the last.
   * @throws IOException if the event cannot be read; the exchange then ends with it.
   */
  void event(byte[] bytes, int from, int to) throws IOException;
}
