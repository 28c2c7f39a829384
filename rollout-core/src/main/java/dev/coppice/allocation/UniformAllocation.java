package dev.coppice.allocation;

import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOptions;

/**
 * Gives every group the same.
 *
 * @thread any; stateless.
 */
public final class UniformAllocation implements GroupAllocation {
  private final String name;
  private final boolean keepsMixedAlone;

  private UniformAllocation(final String name, final boolean keepsMixedAlone) {
    this.name = name;
    this.keepsMixedAlone = keepsMixedAlone;
  }

  /** Keeps every group. */
  public UniformAllocation() {
    this("uniform", false);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public First open(final int task, final long place) {
    return First.fixed(EVERY);
  }

  @Override
  public boolean keeps(final Seen seen) {
    return !keepsMixedAlone || seen.isMixed();
  }

  /** Offers the allocation by the name {@code uniform}. */
  public static final class Offer extends NamedPlug implements AllocationPlug {
    /** Declares its options. */
    public Offer() {
      super("uniform", "Gives every group the same.");
    }

    @Override
    public GroupAllocation make(final PlugOptions options, final int trees) {
      return new UniformAllocation();
    }
  }

  /**
   * Offers DAPO's dynamic filter by the name {@code dapo}.
   *
   * <p>Every group gets the same, and one whose rewards are all equal is left out of what a trainer
   * gets; the trainer's batch is filled with further prompts. What it cost stays counted.
   *
   * @source Yu et al., DAPO, arXiv:2503.14476, section 3.2 (dynamic sampling).
   */
  public static final class DapoOffer extends NamedPlug implements AllocationPlug {
    /** Declares its options. */
    public DapoOffer() {
      super(
          "dapo",
          "Gives every group the same and leaves out those whose rewards are all equal; further"
              + " prompts fill a trainer's batch.");
    }

    @Override
    public GroupAllocation make(final PlugOptions options, final int trees) {
      return new UniformAllocation(name(), true);
    }
  }
}
