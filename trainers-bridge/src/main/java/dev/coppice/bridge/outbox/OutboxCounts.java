package dev.coppice.bridge.outbox;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Counts groups by what has become of them.
 *
 * <p>{@code submitted = queued + issued} and {@code issued = in flight + sealed + offered +
 * acknowledged + dropped + quarantined}; anything else is a fault of this program.
 *
 * @param submitted by trainers.
 * @param queued and not issued yet.
 * @param issued to the engine.
 * @param inFlight issued and not sealed.
 * @param sealed and not offered.
 * @param offered and not acknowledged.
 * @param acknowledged by a trainer.
 * @param dropped by reason.
 * @param quarantined by reason.
 */
public record OutboxCounts(
    long submitted,
    long queued,
    long issued,
    long inFlight,
    long sealed,
    long offered,
    long acknowledged,
    SortedMap<String, Long> dropped,
    SortedMap<String, Long> quarantined) {
  /** Checks that the counts add up. */
  public OutboxCounts {
    dropped = new TreeMap<>(dropped);
    quarantined = new TreeMap<>(quarantined);
    final long ended = acknowledged + sum(dropped) + sum(quarantined);
    if (submitted != queued + issued || issued != inFlight + sealed + offered + ended) {
      throw new IllegalStateException(
          "the counts of groups do not add up: submitted="
              + submitted
              + " queued="
              + queued
              + " issued="
              + issued
              + " inFlight="
              + inFlight
              + " sealed="
              + sealed
              + " offered="
              + offered
              + " acknowledged="
              + acknowledged
              + " dropped="
              + dropped
              + " quarantined="
              + quarantined);
    }
  }

  /**
   * Counts the groups that have ended.
   *
   * @return {@code acknowledged + dropped + quarantined}.
   */
  public long consumed() {
    return acknowledged + sum(dropped) + sum(quarantined);
  }

  private static long sum(final Map<String, Long> byReason) {
    return byReason.values().stream().mapToLong(Long::longValue).sum();
  }
}
