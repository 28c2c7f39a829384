package dev.coppice.scheduling;

import dev.coppice.allocation.GroupOutcome;
import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOption.Range;
import dev.coppice.plug.PlugOptions;

/**
 * Forks at the most uncertain tokens of a path, about N of them, wherever in a turn they fall.
 *
 * <p>TreeRL finishes a path, then forks at the N tokens of highest entropy. Which tokens those are
 * depends on what was drawn after them, so its path weights are biased. Here a token forks the moment
 * its distribution has at least a threshold's entropy, up to N times a path, and earlier groups set the
 * threshold: it is moved towards the one that half of the paths (by path weight) reach N times, the
 * median of a path's N-th highest entropy. With s the share of a group's paths that forked N times,
 * {@code ln t <- ln t + 2 (s - 1/2) / sqrt(1 + g / 4)} after g groups. Nothing of the path at hand enters
 * the threshold, so the path weights are unbiased.
 *
 * <p>A tree whose paths all fork N times has {@code children^N} leaves.
 *
 * @unit entropies and thresholds in nats.
 * @thread the engine thread; an object serves one engine.
 * @source after TreeRL, arXiv:2506.11902; Robbins and Monro 1951 for the threshold.
 */
public final class EntropyTopPolicy implements BranchingPolicy {
  /** The lowest threshold; a distribution of less entropy is as good as decided. */
  static final double LEAST_NATS = 0.01;

  private static final double MOST_NATS = 8;
  private static final double FIRST_STEP = 2;
  private static final double STEADY_GROUPS = 4;

  private final int positions;
  private final int children;
  private final double startNats;
  private double logThreshold;
  private long groups;

  /**
   * Starts without having seen a group.
   *
   * @param positions N, the most forks of a path.
   * @param children of a fork, at least 2.
   * @param startNats the threshold of the first groups, in nats.
   */
  public EntropyTopPolicy(final int positions, final int children, final double startNats) {
    if (positions < 1 || children < 2 || !(startNats >= LEAST_NATS && startNats <= MOST_NATS)) {
      throw new IllegalArgumentException(
          "out of range: positions="
              + positions
              + " children="
              + children
              + " startNats="
              + startNats);
    }
    this.positions = positions;
    this.children = children;
    this.startNats = startNats;
    this.logThreshold = Math.log(startNats);
  }

  @Override
  public String name() {
    return "entropy-top";
  }

  /** A group's threshold is its first tag, the same for all of its samples. */
  @Override
  public boolean looksAtPathAlone() {
    return true;
  }

  @Override
  public long rootTag(final long place) {
    return Double.doubleToLongBits(Math.exp(logThreshold));
  }

  @Override
  public double entropyFloor() {
    return LEAST_NATS;
  }

  @Override
  public double entropyFloor(final BranchPoint point) {
    return Double.longBitsToDouble(point.tag());
  }

  @Override
  public int mostChildrenAtToken(final BranchPoint point) {
    return point.forks() < positions ? children : 1;
  }

  @Override
  public int childrenAtToken(final BranchPoint point, final double entropy) {
    return entropy >= entropyFloor(point) ? mostChildrenAtToken(point) : 1;
  }

  @Override
  public boolean learns() {
    return true;
  }

  @Override
  public BranchingPolicy anew() {
    return new EntropyTopPolicy(positions, children, startNats);
  }

  @Override
  public void learn(final GroupOutcome outcome) {
    double reached = 0;
    double draws = 0;
    for (final GroupOutcome.Tree tree : outcome.trees()) {
      if (!tree.sharesByForks().isEmpty()) {
        reached += tree.draws() * tree.shareOfForks(positions);
        draws += tree.draws();
      }
    }
    if (draws > 0) {
      final double step = FIRST_STEP / Math.sqrt(1 + groups / STEADY_GROUPS);
      groups++;
      logThreshold =
          Math.clamp(
              logThreshold + step * (reached / draws - 0.5),
              Math.log(LEAST_NATS),
              Math.log(MOST_NATS));
    }
  }

  /** Offers the policy by the name {@code entropy-top}. */
  public static final class Offer extends NamedPlug implements PolicyPlug {
    /** Declares its options. */
    public Offer() {
      super(
          "entropy-top",
          "Forks at about the N most uncertain tokens of a path; earlier groups tell how uncertain"
              + " those are.",
          PlugOption.whole("positions", 2, new Range(1, 64), "Most forks of a path (N)."),
          PlugOption.whole("children", 2, new Range(2, 1024), "Children of a fork."),
          PlugOption.number(
              "start",
              1.0,
              new Range(LEAST_NATS, MOST_NATS),
              "Entropy from which the first groups fork, in nats."));
    }

    @Override
    public BranchingPolicy make(final PlugOptions options) {
      return new EntropyTopPolicy(
          options.count("positions"), options.count("children"), options.number("start"));
    }
  }
}
