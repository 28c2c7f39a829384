package dev.coppice.proxy.recorded;

import java.util.ArrayList;
import java.util.List;

/**
 * Holds one rollout of an agent.
 *
 * @thread the recording's, under its lock.
 */
public final class Rollout {
  final RecordEvent.Began begun;
  final RolloutName name;

  /** The rollout it was forked from, or null. */
  final Rollout origin;

  /** The last turn before the fork, or null. */
  final Turn forkedAt;

  final int number;
  final List<Turn> turns = new ArrayList<>();
  long discarded;
  String lastFailure = "";
  Ending ending;
  int inFlight;
  long activeNs;
  int forks;

  /** Whether others go on from its last turn. */
  boolean shared;

  Rollout(
      final RecordEvent.Began begun,
      final RolloutName name,
      final int number,
      final Rollout origin) {
    this.begun = begun;
    this.name = name;
    this.number = number;
    this.origin = origin;
    this.forkedAt = origin == null ? null : origin.lastTurn();
  }

  /**
   * Returns the number of the rollout.
   *
   * @return the number, from 0; forks have their own.
   */
  public int number() {
    return number;
  }

  /**
   * Returns the name of the rollout.
   *
   * @return run, task and rollout.
   */
  public RolloutName name() {
    return name;
  }

  /** Returns the rollout that nobody forked, from which this one comes. */
  Rollout root() {
    return origin == null ? this : origin.root();
  }

  int group() {
    return begun.group();
  }

  Turn lastTurn() {
    return turns.isEmpty() ? forkedAt : turns.getLast();
  }

  /** Lists the turns a request may go on from, newest first: its own, then those before its fork. */
  List<Turn> visible() {
    final List<Turn> visible = new ArrayList<>(turns.reversed());
    if (origin != null && forkedAt != null) {
      for (final Turn turn : origin.visible()) {
        if (turn.number() <= forkedAt.number()) {
          visible.add(turn);
        }
      }
    }
    return visible;
  }
}
