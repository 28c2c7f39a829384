package dev.coppice.bridge.journal;

/**
 * Says what a process left behind its last whole frame when it was killed.
 *
 * @param position of the end of the last whole frame, in bytes from the start of the file.
 * @param bytes behind that position which are not whole frames; 0 where the file ends cleanly.
 */
public record TornTail(long position, long bytes) {
  /**
   * Returns whether anything follows the last whole frame.
   *
   * @return true if there is something to cut.
   */
  public boolean isTorn() {
    return bytes > 0;
  }
}
