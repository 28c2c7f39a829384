package dev.coppice.engine;

import dev.coppice.core.CoreCounters;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;

/**
 * Measures the engine thread and publishes counters with every finished group, histograms when no
 * group is open.
 *
 * @thread written by the engine thread; {@link #stats} and {@link #latencies} from any thread.
 */
final class EngineGauge {
  private static final long LARGEST_NS = 3_600_000_000_000L;

  private final Histogram schedulingDelay = new Histogram(LARGEST_NS, 3);
  private final Histogram stepTime = new Histogram(LARGEST_NS, 3);
  private final LongSupplier clockNs;
  private long startNs = Long.MIN_VALUE;
  private long idleSinceNs = Long.MIN_VALUE;
  private long forwardNs;
  private long sampleNs;
  private long idleNs;
  private long passes;
  private long rows;
  private boolean counting;
  private volatile Snapshot published =
      new Snapshot(EngineStats.NOTHING, new Histogram(LARGEST_NS, 3), new Histogram(LARGEST_NS, 3));

  private record Snapshot(EngineStats stats, Histogram schedulingDelay, Histogram stepTime) {}

  EngineGauge(final LongSupplier clockNs) {
    this.clockNs = clockNs;
  }

  /** Starts the wall clock at the first offer. */
  void begin() {
    if (!counting) {
      counting = true;
      startNs = clockNs.getAsLong();
      idleSinceNs = Long.MIN_VALUE;
    }
  }

  /** The time of the engine's clock, whatever events are stamped with. */
  long nowNs() {
    return clockNs.getAsLong();
  }

  /** Books what was idle before this cycle and answers the time. */
  long beginCycle() {
    final long nowNs = clockNs.getAsLong();
    if (idleSinceNs != Long.MIN_VALUE) {
      idleNs += nowNs - idleSinceNs;
    }
    idleSinceNs = nowNs;
    return nowNs;
  }

  /** Ends a cycle and hands on how much was done in it. */
  int endCycle(final int work) {
    if (work > 0 || !counting) {
      idleSinceNs = Long.MIN_VALUE;
    }
    return work;
  }

  void forward(final int batchRows, final long computeNs, final long drawNs) {
    forwardNs += computeNs;
    sampleNs += drawNs;
    passes++;
    rows += batchRows;
    stepTime.recordValue(Math.clamp(computeNs, 0, LARGEST_NS));
  }

  void waited(final long delayNs) {
    schedulingDelay.recordValue(Math.clamp(delayNs, 0, LARGEST_NS));
  }

  void groupDone(final CoreCounters counters, final Map<String, Long> runner) {
    final EngineStats stats =
        new EngineStats(
            clockNs.getAsLong() - startNs,
            idleNs,
            new EngineStats.Passes(forwardNs, sampleNs, passes, rows),
            new EngineStats.Tokens(
                counters.prefilled,
                counters.decoded,
                counters.discarded,
                counters.cached,
                counters.recomputed,
                counters.overrun),
            counters.forks,
            counters.weightSwaps,
            withTakenBack(runner, counters.takenBack));
    // Histograms are large: they are copied when nothing is open, which is when they are read.
    final boolean isIdle = counters.groupsOpen == 0;
    final Snapshot before = published;
    published =
        new Snapshot(
            stats,
            isIdle ? schedulingDelay.copy() : before.schedulingDelay(),
            isIdle ? stepTime.copy() : before.stepTime());
  }

  private static Map<String, Long> withTakenBack(final Map<String, Long> runner, final long count) {
    final Map<String, Long> counters = new HashMap<>(runner);
    counters.put("taken_back_tokens", count);
    return counters;
  }

  EngineStats stats() {
    return published.stats();
  }

  EngineStats.Latencies latencies(final Histogram toolLatency) {
    final Snapshot now = published;
    return new EngineStats.Latencies(now.schedulingDelay(), toolLatency, now.stepTime());
  }
}
