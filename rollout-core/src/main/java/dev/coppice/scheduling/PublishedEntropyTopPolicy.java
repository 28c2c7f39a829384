package dev.coppice.scheduling;

import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOption.Range;
import dev.coppice.plug.PlugOptions;

/**
 * Finishes a path and forks at its N most uncertain tokens, as TreeRL does; biased.
 *
 * <p>Which tokens those are depends on what was drawn after them: a token that a long, unsure
 * continuation follows is passed over more often than the same token before a sure one. So the path
 * weights do not give the mean of the policy, and everything that rests on them is marked or refused;
 * {@link EntropyTopPolicy} is the unbiased form. A tree has {@code 1 + N T} leaves.
 *
 * @unit entropies in nats.
 * @thread any; immutable.
 * @source TreeRL, arXiv:2506.11902, one round of expansion.
 */
public final class PublishedEntropyTopPolicy implements BranchingPolicy {
  private final int positions;
  private final int children;

  /**
   * Keeps the shape.
   *
   * @param positions N, the tokens of the first path that become forks.
   * @param children T, the paths that begin at each.
   */
  public PublishedEntropyTopPolicy(final int positions, final int children) {
    if (positions < 1 || children < 1) {
      throw new IllegalArgumentException(
          "out of range: positions=" + positions + " children=" + children);
    }
    this.positions = positions;
    this.children = children;
  }

  @Override
  public String name() {
    return "entropy-top-published";
  }

  @Override
  public int lookBackPositions() {
    return positions;
  }

  @Override
  public int lookBackChildren() {
    return children;
  }

  /** Every token's entropy is looked at, so an engine must tell it and answer one token at a time. */
  @Override
  public double entropyFloor() {
    return 0;
  }

  @Override
  public int tokensToNextPlace(final BranchPoint point) {
    return 1;
  }

  /** Offers the policy by the name {@code entropy-top-published}. */
  public static final class Offer extends NamedPlug implements PolicyPlug {
    /** Declares its options. */
    public Offer() {
      super(
          "entropy-top-published",
          "Finishes a path, then forks at its N most uncertain tokens, as published by TreeRL: biased.",
          PlugOption.whole("positions", 2, new Range(1, 64), "Tokens that become forks (N)."),
          PlugOption.whole("children", 1, new Range(1, 1024), "Paths that begin at each (T)."));
    }

    @Override
    public boolean isBiased() {
      return true;
    }

    @Override
    public BranchingPolicy make(final PlugOptions options) {
      return new PublishedEntropyTopPolicy(options.count("positions"), options.count("children"));
    }
  }
}
