package dev.coppice.credit.rho;

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
 * @thread one writer.
 * @cost O(1) per reward; O(trunks) per question.
 * @source Searle, Casella, McCulloch, Variance Components, 1992.
 */
public final class TrunkAnova {
  private final Map<String, Map<Long, Cluster>> tasks = new LinkedHashMap<>();

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
    }
  }

  /**
   * Adds all trajectories of another estimate, which may share its tasks with several others.
   *
   * @param other estimate of other tasks, not changed; what it is given later counts here too.
   * @throws IllegalArgumentException if a task is in both.
   */
  public void addTasks(final TrunkAnova other) {
    other.tasks.forEach(
        (task, trunks) -> {
          if (tasks.putIfAbsent(task, trunks) != null) {
            throw new IllegalArgumentException("task is in both estimates: task=" + task);
          }
        });
  }

  /**
   * Returns whether some trunk has several trajectories; without one nothing is shared.
   *
   * @return true if rewards within a trunk can be compared.
   */
  public boolean isShared() {
    return tasks.values().stream()
        .flatMap(trunks -> trunks.values().stream())
        .anyMatch(trunk -> trunk.count > 1);
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
