package dev.coppice.proxy.strand;

import dev.coppice.proxy.strand.Sampled.Spent;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;

/**
 * Counts what the sampling loop did.
 *
 * @thread one writes, any reads.
 */
public final class SamplingGauge {
  private final AtomicLong prefilled = new AtomicLong();
  private final AtomicLong cached = new AtomicLong();
  private final AtomicLong sampled = new AtomicLong();
  private final AtomicLong discarded = new AtomicLong();
  private final LongAccumulator mostOpen = new LongAccumulator(Math::max, 0);

  SamplingGauge() {}

  void opened(final int open) {
    mostOpen.accumulate(open);
  }

  void sampled(final int tokens, final Spent spent) {
    sampled.addAndGet(tokens);
    prefilled.addAndGet(spent.prefilled());
    cached.addAndGet(spent.cached());
    discarded.addAndGet(spent.discarded());
  }

  void discarded(final long tokens) {
    discarded.addAndGet(tokens);
  }

  /**
   * Returns the tokens of prompts that were computed for answers.
   *
   * @return tokens prefilled.
   */
  public long prefilled() {
    return prefilled.get();
  }

  /**
   * Returns the tokens of prompts that did not have to be computed.
   *
   * @return tokens found.
   */
  public long cached() {
    return cached.get();
  }

  /**
   * Returns the tokens of answers.
   *
   * @return tokens sampled and kept.
   */
  public long sampled() {
    return sampled.get();
  }

  /**
   * Returns the tokens computed for nothing.
   *
   * @return tokens of requests that were given up, or failed, and those behind an end.
   */
  public long discarded() {
    return discarded.get();
  }

  /**
   * Returns the most continuations that were sampled together.
   *
   * @return the number.
   */
  public long mostOpen() {
    return mostOpen.get();
  }
}
