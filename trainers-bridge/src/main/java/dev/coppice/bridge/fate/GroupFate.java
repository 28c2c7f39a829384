package dev.coppice.bridge.fate;

import java.util.Objects;

/**
 * Says where a group of a served run is.
 *
 * @param stage it has come to.
 * @param reason of a drop or a quarantine, else empty.
 * @param task number the group was asked for, or -1 where the journal was compacted since.
 */
public record GroupFate(Stage stage, String reason, int task) {
  /** Checks that nothing is missing. */
  public GroupFate {
    Objects.requireNonNull(stage, "stage is null");
    Objects.requireNonNull(reason, "reason is null");
  }

  /** Names the stages in the order a group goes through them. */
  public enum Stage {
    /** Asked for. */
    QUEUED,
    /** Growing. */
    IN_FLIGHT,
    /** Durable, and offered to nobody yet. */
    SEALED,
    /** Sent to a trainer that has not acknowledged it. */
    OFFERED,
    /** Acknowledged by a trainer. */
    DELIVERED,
    /** Not delivered, for a reason. */
    DROPPED,
    /** Kept apart, for a reason. */
    QUARANTINED
  }

  /** Returns the fate at another stage of the same group. */
  GroupFate at(final Stage next, final String why) {
    return new GroupFate(next, why, task);
  }
}
