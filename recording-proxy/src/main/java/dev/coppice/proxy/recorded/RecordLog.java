package dev.coppice.proxy.recorded;

/**
 * Keeps events, so that they outlive the process.
 *
 * @thread one at a time.
 */
public interface RecordLog {
  /**
   * Keeps an event; when it returns, the event outlives the process.
   *
   * @param event that is about to count.
   */
  void append(RecordEvent event);

  /** Makes all events outlive the machine too. */
  void force();
}
