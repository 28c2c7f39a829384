package dev.coppice.worlds.pyenv;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what copies of worlds took; the counts stand in {@code ledger.json}.
 *
 * @thread any.
 */
final class ForkTally {
  final LongAdder forked = new LongAdder();
  final LongAdder refused = new LongAdder();
  final LongAdder rebuilt = new LongAdder();
  final LongAdder forkUs = new LongAdder();
  final LongAdder overMemory = new LongAdder();

  Map<String, Long> counters() {
    final Map<String, Long> counters = new LinkedHashMap<>();
    counters.put("worlds_forked", forked.sum());
    counters.put("worlds_refused", refused.sum());
    counters.put("worlds_rebuilt", rebuilt.sum());
    counters.put("worlds_over_memory", overMemory.sum());
    counters.put("fork_us", forkUs.sum());
    return counters;
  }
}
