package dev.coppice.eventlog;

import org.agrona.DirectBuffer;

/**
 * Keeps every input of the engine before it is applied.
 *
 * @thread the engine thread.
 */
public interface EngineJournal {
  /**
   * The version of the events' layout; whoever changes the bytes of an event raises it. Version 1
   * stood in journals that named no content.
   */
  int FORMAT_VERSION = 2;

  /**
   * Hands what was appended to the system, so that a killed process does not lose it; called before
   * a group is delivered.
   */
  default void flush() {}

  /** Keeps nothing. */
  EngineJournal NONE = (type, buffer, offset, length) -> {};

  /**
   * Appends one event.
   *
   * @param type of the event.
   * @param buffer holding the event.
   * @param offset of its first byte.
   * @param length of the event in bytes.
   */
  void append(int type, DirectBuffer buffer, int offset, int length);
}
