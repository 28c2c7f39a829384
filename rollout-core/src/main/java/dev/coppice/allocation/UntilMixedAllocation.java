package dev.coppice.allocation;

import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOption.Range;
import dev.coppice.plug.PlugOptions;

/**
 * Draws of a prompt until rewards differ.
 *
 * <p>For comparison: it wins groups whose rewards differ, and loses mass, since it stops where more
 * draws would bring most.
 *
 * @thread any; immutable.
 * @source Reinforce-Ada, arXiv:2510.04996, its stop at the first contrast.
 */
public final class UntilMixedAllocation implements GroupAllocation {
  private final int first;
  private final int most;

  /**
   * Fixes the sizes.
   *
   * @param first trees of every group.
   * @param most trees of a group whose rewards do not differ.
   */
  public UntilMixedAllocation(final int first, final int most) {
    if (first < 1 || most < first) {
      throw new IllegalArgumentException(
          "most must be at least first: first=" + first + " most=" + most);
    }
    this.first = first;
    this.most = most;
  }

  @Override
  public String name() {
    return "reinforce-ada";
  }

  @Override
  public First open(final int task, final long place) {
    return First.fixed(first);
  }

  @Override
  public int more(final Seen seen) {
    return !seen.isMixed() && seen.scored() > 0 && seen.draws() < most ? 1 : 0;
  }

  @Override
  public boolean stopsByOutcomes() {
    return most > first;
  }

  /** Offers the allocation by the name {@code reinforce-ada}. */
  public static final class Offer extends NamedPlug implements AllocationPlug {
    /** Declares its options. */
    public Offer() {
      super(
          "reinforce-ada",
          "Grows trees of a prompt until their rewards differ, as Reinforce-Ada; for comparison.",
          PlugOption.whole("first", 2, new Range(1, 65_536), "Trees of every group."),
          PlugOption.whole(
              "most", 8, new Range(1, 65_536), "Trees of a group whose rewards never differ."));
    }

    @Override
    public void check(final PlugOptions options) {
      make(options, 1);
    }

    @Override
    public GroupAllocation make(final PlugOptions options, final int trees) {
      return new UntilMixedAllocation(options.count("first"), options.count("most"));
    }
  }
}
