package dev.coppice.bridge.outbox;

import java.util.List;

/**
 * Answers an acknowledgement; all of it is durable.
 *
 * @param acknowledged the groups that were not closed before.
 * @param already the groups that were closed before: acknowledged, dropped or quarantined.
 * @param unknown the numbers that no trainer can have received; they change nothing.
 */
public record AckOutcome(int acknowledged, int already, List<Long> unknown) {
  /** Copies the list. */
  public AckOutcome {
    unknown = List.copyOf(unknown);
  }
}
