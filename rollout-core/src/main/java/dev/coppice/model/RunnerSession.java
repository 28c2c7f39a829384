package dev.coppice.model;

import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * Holds what an engine tells its runner at the start.
 *
 * @param clockNs the engine's clock; memory is booked by it.
 * @param firstVersion the number of the weights the runner has now.
 * @param recompute whether running trees go over to new weights at once, their keys and values
 *     computed again; else they end on the old ones.
 * @param liveVersions the most versions kept at once where trees end on theirs.
 * @param sharesPrompts whether a group may get more than one tree.
 */
public record RunnerSession(
    LongSupplier clockNs,
    int firstVersion,
    boolean recompute,
    int liveVersions,
    boolean sharesPrompts) {
  /** Checks that there is a clock. */
  public RunnerSession {
    Objects.requireNonNull(clockNs, "clockNs is null");
  }
}
