package dev.coppice.engine;

import dev.coppice.core.CoreCounters;
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
  private long startNs = Long.MIN_VALUE;
  private long idleSinceNs = Long.MIN_VALUE;
  private long forwardNs;
  private long sampleNs;
  private long idleNs;
  private long passes;
  private long rows;
  private boolean counting;
  private boolean measuresDelays = true;
  private volatile Snapshot published =
      new Snapshot(
          new EngineStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
          new Histogram(LARGEST_NS, 3),
          new Histogram(LARGEST_NS, 3));

  private record Snapshot(EngineStats stats, Histogram schedulingDelay, Histogram stepTime) {}

  void begin(final long nowNs) {
    if (!counting) {
      counting = true;
      startNs = nowNs;
      idleSinceNs = Long.MIN_VALUE;
    }
  }

  void beginCycle(final long nowNs) {
    if (idleSinceNs != Long.MIN_VALUE) {
      idleNs += nowNs - idleSinceNs;
    }
    idleSinceNs = nowNs;
  }

  void endCycle(final int work, final long nowNs) {
    if (work > 0 || !counting) {
      idleSinceNs = Long.MIN_VALUE;
    }
  }

  void forward(final int batchRows, final long computeNs, final long drawNs) {
    forwardNs += computeNs;
    sampleNs += drawNs;
    passes++;
    rows += batchRows;
    stepTime.recordValue(Math.clamp(computeNs, 0, LARGEST_NS));
  }

  /** Says whether the events' times are times: counted ones say nothing about delays. */
  void measureDelays(final boolean measured) {
    measuresDelays = measured;
  }

  void waited(final long delayNs) {
    if (!measuresDelays) {
      return;
    }
    schedulingDelay.recordValue(Math.clamp(delayNs, 0, LARGEST_NS));
  }

  void groupDone(final CoreCounters counters, final long nowNs) {
    final EngineStats stats =
        new EngineStats(
            nowNs - startNs,
            forwardNs,
            sampleNs,
            idleNs,
            passes,
            rows,
            counters.prefilled,
            counters.decoded,
            0,
            counters.cached,
            counters.cached + counters.prefilled,
            counters.forks,
            counters.blocksCopied,
            counters.preemptions,
            counters.evictedBlocks,
            counters.recomputed,
            counters.weightSwaps,
            counters.blockNs);
    // Histograms are large: they are copied when nothing is open, which is when they are read.
    final boolean isIdle = counters.groupsOpen == 0;
    final Snapshot before = published;
    published =
        new Snapshot(
            stats,
            isIdle ? schedulingDelay.copy() : before.schedulingDelay(),
            isIdle ? stepTime.copy() : before.stepTime());
  }

  EngineStats stats() {
    return published.stats();
  }

  EngineStats.Latencies latencies(final Histogram toolLatency) {
    final Snapshot now = published;
    return new EngineStats.Latencies(now.schedulingDelay(), toolLatency, now.stepTime());
  }
}
