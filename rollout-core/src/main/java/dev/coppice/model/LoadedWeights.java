package dev.coppice.model;

/**
 * Holds weights that were read and checked and wait to be used; only their backend knows what is
 * inside.
 *
 * @thread handed from the thread that loaded them to the engine thread.
 */
public interface LoadedWeights extends AutoCloseable {
  /** Releases weights that were never used; used ones are released by {@code retire}. */
  @Override
  void close();
}
