package dev.coppice.credit.rho;

import dev.coppice.credit.forest.Forest;
import dev.coppice.trajectory.TrajectoryGroup;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Estimates online which share of the reward's variance the trunk of a trajectory decides.
 *
 * <p>Nested one-way analysis of variance: trajectories within trunks, trunks within tasks. {@code
 * MSB = sum_task sum_trunk n (mean - task mean)^2 / sum_task (trunks - 1)}, {@code MSW = sum (r -
 * trunk mean)^2 / sum_trunk (n - 1)}, {@code m0 = sum_task (N - sum n^2 / N) / sum_task (trunks -
 * 1)}; {@code between = (MSB - MSW) / m0}, {@code rho = between / (between + MSW)}. Differences
 * between tasks enter neither part. The raw rho may be negative when trunks differ less than
 * chance; the clipped one lies in [0, 1].
 *
 * <p>Kish's design effect for unequal clusters: {@code 1 + (sum n^2 / sum n - 1) rho}, clipped rho.
 *
 * @thread one writer.
 * @cost O(1) per reward; O(trunks) per question.
 * @source Kish, Survey Sampling, 1965; Searle, Casella, McCulloch, Variance Components, 1992.
 */
public final class TrunkAnova {
  private final Map<String, Map<Long, Cluster>> tasks = new LinkedHashMap<>();
  private long rewards;

  /**
   * Adds one trajectory.
   *
   * @param task it belongs to.
   * @param trunk of the task it grew from; trajectories of one trunk share its prefix.
   * @param reward of the trajectory; {@code NaN} (not scored) is passed over.
   * @throws IllegalArgumentException if the reward is infinite.
   */
  public void add(final String task, final long trunk, final double reward) {
    if (Double.isInfinite(reward)) {
      throw new IllegalArgumentException(
          "reward must be finite: task=" + task + " trunk=" + trunk + " reward=" + reward);
    }
    if (!Double.isNaN(reward)) {
      tasks
          .computeIfAbsent(task, key -> new LinkedHashMap<>())
          .computeIfAbsent(trunk, key -> new Cluster())
          .add(reward);
      rewards++;
    }
  }

  /**
   * Adds all trajectories of a group, the deepest fork above a leaf being its trunk.
   *
   * @param group of finished trees; a trajectory that never forked below the prompt is a trunk of
   *     its own.
   */
  public void addGroup(final TrajectoryGroup group) {
    final Forest forest = new Forest(group);
    for (int l = 0; l < forest.leafCount(); l++) {
      final int node = forest.leafNode(l);
      final int fork = forest.segmentStart(node);
      // Groups of one task may follow each other: their trunks must not meet.
      final String task = group.task().id() + "\n" + group.id();
      add(task, fork == forest.stem() ? node : fork, forest.reward(l));
    }
  }

  /**
   * Counts the rewards.
   *
   * @return scored trajectories added.
   */
  public long count() {
    return rewards;
  }

  /**
   * Returns the estimate as it falls out, or {@code NaN} without two trunks in one task and two
   * trajectories in one trunk.
   *
   * @return rho, possibly below 0.
   */
  public double rhoRaw() {
    final Parts parts = parts();
    final double between = (parts.msb() - parts.msw()) / parts.m0();
    final double total = between + parts.msw();
    return total == 0.0 ? 0.0 : between / total;
  }

  /**
   * Returns the estimate within its possible range.
   *
   * @return rho in [0, 1], or {@code NaN} where there is no evidence.
   */
  public double rho() {
    final double raw = rhoRaw();
    return Double.isNaN(raw) ? raw : Math.min(1.0, Math.max(0.0, raw));
  }

  /**
   * Returns the mean cluster size that stands in the expectation of the between mean square.
   *
   * @return m0, or {@code NaN} without two trunks in one task.
   */
  public double m0() {
    return parts().m0();
  }

  /**
   * Returns how many times more trajectories are needed than independent ones.
   *
   * @return Kish's design effect, at least 1; {@code NaN} without evidence on rho while a trunk
   *     has several trajectories.
   */
  public double designEffect() {
    double squares = 0.0;
    for (final Map<Long, Cluster> trunks : tasks.values()) {
      for (final Cluster cluster : trunks.values()) {
        squares += (double) cluster.count * cluster.count;
      }
    }
    final double excess = squares / rewards - 1.0;
    return excess == 0.0 ? 1.0 : 1.0 + excess * rho();
  }

  /**
   * Returns the number of independent trajectories that would tell as much.
   *
   * @return count over design effect.
   */
  public double effectiveSampleSize() {
    return rewards == 0 ? 0.0 : rewards / designEffect();
  }

  private Parts parts() {
    double between = 0.0;
    double within = 0.0;
    double size = 0.0;
    long betweenFreedom = 0;
    long withinFreedom = 0;
    for (final Map<Long, Cluster> trunks : tasks.values()) {
      final Cluster task = new Cluster();
      double sizes = 0.0;
      for (final Cluster cluster : trunks.values()) {
        task.merge(cluster);
        sizes += (double) cluster.count * cluster.count;
        within += cluster.squares;
        withinFreedom += cluster.count - 1;
      }
      for (final Cluster cluster : trunks.values()) {
        final double distance = cluster.mean - task.mean;
        between += cluster.count * distance * distance;
      }
      size += task.count - sizes / task.count;
      betweenFreedom += trunks.size() - 1;
    }
    return new Parts(between / betweenFreedom, within / withinFreedom, size / betweenFreedom);
  }

  private record Parts(double msb, double msw, double m0) {}

  /** Welford's running moments. */
  private static final class Cluster {
    private long count;
    private double mean;
    private double squares;

    void add(final double reward) {
      count++;
      final double distance = reward - mean;
      mean += distance / count;
      squares += distance * (reward - mean);
    }

    void merge(final Cluster other) {
      count += other.count;
      mean += (other.mean - mean) * other.count / count;
    }
  }
}
