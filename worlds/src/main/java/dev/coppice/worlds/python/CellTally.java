package dev.coppice.worlds.python;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what copies of interpreters took; the counts stand in {@code ledger.json}.
 *
 * @thread any.
 */
final class CellTally {
  final LongAdder forked = new LongAdder();
  final LongAdder rebuilt = new LongAdder();
  final LongAdder replayedCells = new LongAdder();
  final LongAdder forkUs = new LongAdder();

  Map<String, Long> counters() {
    final Map<String, Long> counters = new LinkedHashMap<>();
    counters.put("worlds_forked", forked.sum());
    counters.put("worlds_rebuilt", rebuilt.sum());
    counters.put("replayed_cells", replayedCells.sum());
    counters.put("fork_us", forkUs.sum());
    return counters;
  }
}
