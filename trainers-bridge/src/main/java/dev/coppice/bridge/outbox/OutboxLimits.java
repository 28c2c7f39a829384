package dev.coppice.bridge.outbox;

/**
 * Bounds what is on its way to a trainer.
 *
 * @param batch the groups a trainer consumes per update.
 * @param staleness the most versions a delivered group's oldest token may lie behind.
 */
public record OutboxLimits(int batch, int staleness) {
  /** Checks the ranges. */
  public OutboxLimits {
    if (batch < 1 || staleness < 0) {
      throw new IllegalArgumentException(
          "batch must be at least 1 and staleness at least 0: batch="
              + batch
              + " staleness="
              + staleness);
    }
  }

  /**
   * Returns the most groups that may be issued and not consumed.
   *
   * @return {@code (staleness + 1) x batch}.
   */
  public long ahead() {
    return (staleness + 1L) * batch;
  }
}
