package dev.coppice.environments.world;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what running a world took; the counts stand in {@code ledger.json}.
 *
 * @thread any.
 */
final class WorldTally {
  final LongAdder started = new LongAdder();
  final LongAdder copied = new LongAdder();
  final LongAdder replayed = new LongAdder();
  final LongAdder replayedCalls = new LongAdder();
  final LongAdder mismatches = new LongAdder();
  final LongAdder shared = new LongAdder();

  Map<String, Long> counters() {
    final Map<String, Long> counters = new LinkedHashMap<>();
    counters.put("worlds_started", started.sum());
    counters.put("worlds_copied", copied.sum());
    counters.put("worlds_replayed", replayed.sum());
    counters.put("replayed_calls", replayedCalls.sum());
    counters.put("replay_mismatches", mismatches.sum());
    counters.put("shared_results", shared.sum());
    return counters;
  }
}
