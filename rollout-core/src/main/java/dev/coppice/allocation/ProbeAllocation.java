package dev.coppice.allocation;

import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOption.Range;
import dev.coppice.plug.PlugOptions;

/**
 * Looks at a few draws of a prompt first and goes on where their rewards differ.
 *
 * <p>Four draws that differ say that p is not near 0 or 1, so the next twelve of that prompt bring
 * more {@code p (1 - p)} than four of the next prompt. Where the number of draws depends on rewards,
 * sums with a predictable baseline stay unbiased and means do not: see estimator {@code
 * predictable}. A group stops when rewards of the first wave are equal, or at {@code most}.
 *
 * @thread any; immutable.
 */
public final class ProbeAllocation implements GroupAllocation {
  private final int first;
  private final int most;

  /**
   * Fixes the sizes.
   *
   * @param first trees of every group.
   * @param most trees of a group whose first ones differ.
   */
  public ProbeAllocation(final int first, final int most) {
    if (first < 2 || most < first) {
      throw new IllegalArgumentException(
          "first must be at least 2, for one draw never differs, and most at least first: first="
              + first
              + " most="
              + most);
    }
    this.first = first;
    this.most = most;
  }

  @Override
  public String name() {
    return "probe";
  }

  @Override
  public First open(final int task, final long place) {
    return First.fixed(first);
  }

  @Override
  public int more(final Seen seen) {
    return seen.isMixed() && seen.draws() < most ? most - seen.draws() : 0;
  }

  @Override
  public boolean stopsByOutcomes() {
    return most > first;
  }

  /** Offers the allocation by the name {@code probe}. */
  public static final class Offer extends NamedPlug implements AllocationPlug {
    /** Declares its options. */
    public Offer() {
      super(
          "probe",
          "Grows a few trees of every prompt, and more where their rewards differ.",
          PlugOption.whole("first", 4, new Range(2, 65_536), "Trees of every group."),
          PlugOption.whole(
              "most", 16, new Range(2, 65_536), "Trees of a group whose first ones differ."));
    }

    @Override
    public void check(final PlugOptions options) {
      make(options, 1);
    }

    @Override
    public GroupAllocation make(final PlugOptions options, final int trees) {
      return new ProbeAllocation(options.count("first"), options.count("most"));
    }
  }
}
