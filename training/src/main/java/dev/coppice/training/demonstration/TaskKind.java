package dev.coppice.training.demonstration;

/**
 * Names the two tasks of the shipped policy.
 *
 * @thread immutable, any thread
 */
public enum TaskKind {
  /** Combine the given numbers. */
  COUNTDOWN,
  /** Learn the numbers by opening drawers, then combine them. */
  DRAWERS
}
