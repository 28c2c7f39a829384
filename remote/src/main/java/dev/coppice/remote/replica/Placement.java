package dev.coppice.remote.replica;

/**
 * Says where a request goes; closing it takes its tokens out of that server's queue.
 *
 * @param replica that computes it.
 * @param expected tokens of its path that are found there.
 * @param queued tokens it puts into the queue.
 */
public record Placement(Replica replica, int expected, long queued) implements AutoCloseable {
  @Override
  public void close() {
    replica.queue(-queued);
  }
}
