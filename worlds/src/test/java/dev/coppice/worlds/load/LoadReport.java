package dev.coppice.worlds.load;

import dev.coppice.engine.EngineStats;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * Holds what a load came to.
 *
 * @param completed trajectories that went the recorded way to its end.
 * @param other trajectories that did not.
 * @param stats of the engine.
 * @param latencies of the engine, in nanoseconds.
 * @param late how much later than asked tools woke up, in nanoseconds.
 */
public record LoadReport(
    long completed,
    long other,
    EngineStats stats,
    EngineStats.Latencies latencies,
    Histogram late) {
  private static final double NS_PER_MS = 1e6;

  /**
   * Returns the share of all model calls' prompt tokens that lay in the cache.
   *
   * @return {@code cached / (cached + prefilled)}.
   */
  public double prefixHitRate() {
    return (double) stats.tokens().cached()
        / (stats.tokens().cached() + stats.tokens().prefilled());
  }

  /**
   * Returns by how much more would be computed if every turn began with an empty cache.
   *
   * @return {@code (cached + prefilled + decoded) / (prefilled + decoded + discarded)}.
   */
  public double sharingRatio() {
    final double computed =
        stats.tokens().prefilled() + stats.tokens().decoded() + stats.tokens().discarded();
    return (stats.tokens().cached() + stats.tokens().prefilled() + stats.tokens().decoded())
        / computed;
  }

  /**
   * Writes the figures.
   *
   * @return lines for a person.
   */
  public String text() {
    final StringBuilder text = new StringBuilder();
    line(text, "trajectories completed %d, other %d", completed, other);
    line(
        text,
        "tokens prefilled %d, decoded %d, cached %d, discarded %d; preemptions %d",
        stats.tokens().prefilled(),
        stats.tokens().decoded(),
        stats.tokens().cached(),
        stats.tokens().discarded(),
        stats.runner("preemptions"));
    line(text, "prefix hit rate %.4f, sharing ratio %.3f", prefixHitRate(), sharingRatio());
    line(
        text,
        "wall %.2f s, rows per pass %.2f",
        stats.wallNs() / (NS_PER_MS * 1_000),
        (double) stats.passes().rows() / Math.max(1, stats.passes().count()));
    percentiles(text, "scheduling delay", latencies.schedulingDelay());
    percentiles(text, "step time", latencies.stepTime());
    percentiles(text, "tool latency", latencies.toolLatency());
    percentiles(text, "tool late by", late);
    return text.toString();
  }

  private static void percentiles(
      final StringBuilder text, final String name, final Histogram histogram) {
    line(
        text,
        "%-17s p50 %.3f  p90 %.3f  p99 %.3f  p99.9 %.3f  max %.3f ms  (n=%d)",
        name,
        histogram.getValueAtPercentile(50) / NS_PER_MS,
        histogram.getValueAtPercentile(90) / NS_PER_MS,
        histogram.getValueAtPercentile(99) / NS_PER_MS,
        histogram.getValueAtPercentile(99.9) / NS_PER_MS,
        histogram.getMaxValue() / NS_PER_MS,
        histogram.getTotalCount());
  }

  private static void line(final StringBuilder text, final String format, final Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
