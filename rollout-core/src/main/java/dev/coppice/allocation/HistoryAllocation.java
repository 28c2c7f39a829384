package dev.coppice.allocation;

import dev.coppice.draw.CounterRandom;
import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOption.Range;
import dev.coppice.plug.PlugOptions;
import java.util.HashMap;
import java.util.Map;

/**
 * Sizes a group by what earlier groups of its task came to.
 *
 * <p>The chance p that a draw of a task is rewarded has the prior {@code Beta(1/2, 1/2)} (Jeffreys),
 * and after k of n the posterior {@code Beta(1/2 + k, 1/2 + n - k)}; a reward between 0 and 1 counts
 * as that part of a success, others are clipped. A group of n draws is worth {@code (n - 1) E[p (1 -
 * p)]} of mass and costs n times the task's mean tokens a draw c. The size is the one of {@code {0,
 * small, large}} with the greatest {@code worth - price n c}. The price follows what is spent: after
 * each group it rises or falls by a factor {@code exp(step (n - mean) / mean)}, so that groups have
 * {@code mean} draws in the long run, the trees a group has elsewhere.
 *
 * <p>A task of fewer than {@code small} draws is looked at, and one in {@code look} groups of a task
 * is grown with at least {@code small} trees whatever its history: a policy that learns moves. Only
 * such draws did not depend on earlier rewards of the task, so only their mean is unbiased.
 *
 * @thread the engine thread; learns.
 */
public final class HistoryAllocation implements GroupAllocation {
  private static final double PRIOR = 0.5;
  private static final double STEP = 0.05;
  private static final int LOOK_STREAM = 0x6c6f;

  private final Map<Integer, Record> records = new HashMap<>();
  private final Sizes sizes;
  private final double mean;
  private double price = Double.NaN;
  private long draws;
  private long tokens;

  /** Holds what is known of a task. */
  private static final class Record {
    private double count;
    private double sum;
    private double drawn;
    private double tokens;
  }

  /**
   * Fixes how groups are sized.
   *
   * @param small trees of a group that is looked at.
   * @param large trees of a group that is worth it.
   * @param look one in so many groups of a task is looked at whatever is known.
   * @param memory what earlier draws of a task count for when newer ones come, from 0 to 1.
   */
  public record Sizes(int small, int large, int look, double memory) {
    /** Six or sixteen draws, one group in sixteen looked at, nothing forgotten. */
    public static final Sizes DEFAULT = new Sizes(6, 16, 16, 1);

    /** Checks that they differ. */
    public Sizes {
      if (small < 2 || large <= small) {
        throw new IllegalArgumentException(
            "small must be at least 2 and large larger: small=" + small + " large=" + large);
      }
    }
  }

  /**
   * Starts without any history.
   *
   * @param sizes of groups.
   * @param mean draws of a group, in the long run.
   */
  public HistoryAllocation(final Sizes sizes, final double mean) {
    this.sizes = sizes;
    this.mean = mean;
  }

  @Override
  public String name() {
    return "history";
  }

  @Override
  public boolean learns() {
    return true;
  }

  @Override
  public First open(final int task, final long place) {
    final Record record = records.get(task);
    if (record == null || record.drawn < sizes.small()) {
      return new First(sizes.small(), record == null ? sizes.small() : 0, expected(record));
    }
    final boolean looked = isLooked(task, place);
    final int worth = best(record);
    final int trees = looked ? Math.max(worth, sizes.small()) : worth;
    return new First(trees, looked ? sizes.small() : 0, expected(record));
  }

  private boolean isLooked(final int task, final long place) {
    final long key = CounterRandom.mix(task, place);
    return CounterRandom.uniform(key, LOOK_STREAM, 0) * sizes.look() < 1;
  }

  private int best(final Record record) {
    final double contrast = contrast(record.sum, record.count);
    final double cost = price * record.tokens / record.drawn;
    int best = 0;
    double most = 0;
    for (final int trees : new int[] {sizes.small(), sizes.large()}) {
      final double gain = (trees - 1) * contrast - trees * cost;
      if (gain > most) {
        most = gain;
        best = trees;
      }
    }
    return best;
  }

  /** Returns the posterior mean of p. */
  private static double expected(final Record record) {
    return record == null ? PRIOR : (record.sum + PRIOR) / (record.count + 2 * PRIOR);
  }

  /** Returns the posterior mean of {@code p (1 - p)}. */
  static double contrast(final double solved, final double count) {
    final double a = PRIOR + solved;
    final double b = PRIOR + count - solved;
    return a * b / ((a + b) * (a + b + 1));
  }

  @Override
  public void learn(final GroupOutcome outcome) {
    final int drawn = outcome.draws();
    adjust(drawn, outcome.tokens());
    if (drawn == 0) {
      return;
    }
    final Record record = records.computeIfAbsent(outcome.task(), task -> new Record());
    record.count *= sizes.memory();
    record.sum *= sizes.memory();
    record.drawn += drawn;
    record.tokens += outcome.tokens();
    for (final GroupOutcome.Tree tree : outcome.trees()) {
      // A tree that forks brings one observation, however many leaves it has.
      final long count = Math.min(tree.draws(), tree.rewards().scored());
      if (count > 0) {
        record.count += count;
        record.sum += count * Math.clamp(tree.rewards().sum() / tree.rewards().scored(), 0, 1);
      }
    }
  }

  private void adjust(final int drawn, final long cost) {
    draws += drawn;
    tokens += cost;
    if (Double.isNaN(price)) {
      // What a draw of an unknown task is worth: E[p (1 - p)] under the prior, per mean cost.
      price = tokens == 0 ? Double.NaN : contrast(0, 0) * draws / tokens;
      return;
    }
    price *= Math.exp(STEP * (drawn - mean) / mean);
  }

  /** Offers the allocation by the name {@code history}. */
  public static final class Offer extends NamedPlug implements AllocationPlug {
    /** Declares its options. */
    public Offer() {
      super(
          "history",
          "Sizes a group by what earlier groups of its task came to: none, some or many trees, with"
              + " the mean of a uniform run.",
          PlugOption.whole(
              "small", 6, new Range(2, 65_536), "Trees of a task that is hardly known."),
          PlugOption.whole("large", 16, new Range(3, 65_536), "Trees of a task that is worth it."),
          PlugOption.whole(
              "look",
              16,
              new Range(1, 1_000_000),
              "One in so many groups of a task gets 'small' trees whatever is known of it."),
          PlugOption.number(
              "memory",
              1.0,
              new Range(0, 1),
              "What earlier draws of a task still count for after each newer group; below 1 for a"
                  + " policy that learns."));
    }

    @Override
    public void check(final PlugOptions options) {
      make(options, 1);
    }

    @Override
    public GroupAllocation make(final PlugOptions options, final int trees) {
      final Sizes sizes =
          new Sizes(
              options.count("small"),
              options.count("large"),
              options.count("look"),
              options.number("memory"));
      return new HistoryAllocation(sizes, trees);
    }
  }
}
