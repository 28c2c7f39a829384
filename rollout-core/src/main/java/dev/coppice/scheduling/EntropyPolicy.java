package dev.coppice.scheduling;

import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOption.Range;
import dev.coppice.plug.PlugOptions;
import java.util.Arrays;
import java.util.List;

/**
 * Forks where the next-token distribution is undecided.
 *
 * <p>The first token of a turn whose distribution has an entropy H of at least the threshold gets
 * children: the next number on the list, or, where a number per outcome is given, {@code
 * clamp(round(perOutcome * exp(H)), 2, next on the list)}. {@code exp(H)} is the number of equally
 * likely outcomes with that entropy, so an open choice gets many children and a narrow one few. A
 * path forks at most once a turn. ARPO measures the tokens
 * before the fork and tosses a coin; here the distribution at the fork itself decides, and never the
 * token drawn from it, so the path weights stay unbiased.
 *
 * @unit threshold in nats.
 * @thread any; immutable.
 * @source after ARPO, arXiv:2507.19849, with the trigger repaired.
 */
public final class EntropyPolicy implements BranchingPolicy {
  private final double thresholdNats;
  private final int[] childrenByFork;
  private final double perOutcome;

  /**
   * Gives every fork the number on the list.
   *
   * @param thresholdNats from which a distribution counts as undecided, in nats.
   * @param childrenByFork children of the first, second ... fork of a path.
   */
  public EntropyPolicy(final double thresholdNats, final int[] childrenByFork) {
    this(thresholdNats, childrenByFork, 0.0);
  }

  /**
   * Gives every fork children by how open its choice is.
   *
   * @param thresholdNats from which a distribution counts as undecided, in nats.
   * @param childrenByFork most children of the first, second ... fork of a path.
   * @param perOutcome children per equally likely outcome; 0 gives the most always.
   */
  public EntropyPolicy(
      final double thresholdNats, final int[] childrenByFork, final double perOutcome) {
    if (!(perOutcome >= 0)) {
      throw new IllegalArgumentException(
          "children per outcome must not be negative: perOutcome=" + perOutcome);
    }
    if (!(thresholdNats > 0)) {
      throw new IllegalArgumentException(
          "the threshold must be positive: thresholdNats=" + thresholdNats);
    }
    for (final int children : childrenByFork) {
      if (children < 1) {
        throw new IllegalArgumentException("children must be at least 1: children=" + children);
      }
    }
    this.thresholdNats = thresholdNats;
    this.childrenByFork = childrenByFork.clone();
    this.perOutcome = perOutcome;
  }

  @Override
  public String name() {
    return "entropy";
  }

  @Override
  public boolean looksAtPathAlone() {
    return true;
  }

  @Override
  public double entropyFloor() {
    return thresholdNats;
  }

  @Override
  public int mostChildrenAtToken(final BranchPoint point) {
    final boolean spent = point.forks() >= childrenByFork.length;
    return spent || point.lastForkTurn() == point.turn() ? 1 : childrenByFork[point.forks()];
  }

  @Override
  public int childrenAtToken(final BranchPoint point, final double entropy) {
    if (entropy < thresholdNats) {
      return 1;
    }
    final int most = mostChildrenAtToken(point);
    final double outcomes = Math.exp(Math.min(entropy, 20.0));
    return perOutcome == 0 || most < 2
        ? most
        : Math.clamp(Math.round(perOutcome * outcomes), 2, most);
  }

  /** Offers the policy by the name {@code entropy}. */
  public static final class Offer extends NamedPlug implements PolicyPlug {
    /** Declares its options. */
    public Offer() {
      super(
          "entropy",
          "Forks where the distribution of the next token is undecided.",
          PlugOption.number(
              "threshold",
              0.3,
              new Range(0, 30),
              "Entropy of the next token from which a path forks, in nats."),
          PlugOption.wholes(
              "children",
              List.of(8L),
              new Range(1, 1024),
              "Most children at the first, second ... fork of a path; after the last none."),
          PlugOption.number(
              "per-outcome",
              0.0,
              new Range(0, 1024),
              "Children per equally likely outcome, exp(entropy) of them; 0 gives the most always."));
    }

    @Override
    public BranchingPolicy make(final PlugOptions options) {
      return new EntropyPolicy(
          options.number("threshold"),
          Arrays.stream(options.wholes("children")).mapToInt(Math::toIntExact).toArray(),
          options.number("per-outcome"));
    }

    @Override
    public void check(final PlugOptions options) {
      if (options.wholes("children").length == 0) {
        throw new IllegalArgumentException("children is empty; try [8]");
      }
      if (!(options.number("threshold") > 0)) {
        throw new IllegalArgumentException("threshold must be above 0; try 0.3");
      }
    }
  }
}
