package dev.coppice.app.report;

import dev.coppice.rollout.TreeLedger;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads groups one after the other and makes the report of the run.
 *
 * @thread one at a time.
 * @cost memory grows with tasks, never with tokens.
 */
public final class RunMeasure {
  private final Map<String, Map<String, TaskTally>> tasksByArm = new LinkedHashMap<>();
  private final Map<String, Double> wallSeconds = new LinkedHashMap<>();

  /**
   * Adds one finished group.
   *
   * @param arm the group belongs to.
   * @param trees of the group, at least one.
   * @param ledgers one per tree, in order.
   */
  public void add(
      final String arm, final List<TrajectoryTree> trees, final List<TreeLedger> ledgers) {
    final String task = trees.getFirst().task().id();
    final TaskTally tally =
        tasksByArm
            .computeIfAbsent(arm, name -> new LinkedHashMap<>())
            .computeIfAbsent(task, id -> new TaskTally());
    GroupMeasure.add(trees, ledgers, tally);
  }

  /**
   * Tells how long an arm took.
   *
   * @param arm that ran.
   * @param seconds of engine time.
   */
  public void wall(final String arm, final double seconds) {
    wallSeconds.put(arm, seconds);
  }

  /**
   * Computes every figure.
   *
   * @return the report of everything added.
   */
  public RunReport report() {
    final Map<String, Replicates> replicates = new LinkedHashMap<>();
    final List<String> tasks = tasksOfAllArms();
    for (final String arm : tasksByArm.keySet()) {
      final double wall = wallSeconds.getOrDefault(arm, Double.NaN);
      replicates.put(arm, new Replicates(tasksByArm.get(arm), tasks, wall));
    }
    final List<ArmReport> arms = new ArrayList<>();
    final Map<String, Map<Metric, Estimate>> ratios = new LinkedHashMap<>();
    final Replicates baseline = replicates.get(RunReport.BASELINE);
    replicates.forEach(
        (arm, figures) -> {
          arms.add(figures.report(arm));
          if (baseline != null && figures != baseline) {
            ratios.put(arm, figures.ratiosOver(baseline));
          }
        });
    return new RunReport(arms, ratios);
  }

  private List<String> tasksOfAllArms() {
    final Map<String, Boolean> tasks = new LinkedHashMap<>();
    tasksByArm.values().forEach(arm -> arm.keySet().forEach(task -> tasks.put(task, true)));
    return List.copyOf(tasks.keySet());
  }

  /** Holds one arm as a whole and without each block of tasks; blocks are the same in all arms. */
  private static final class Replicates {
    private final ArmTally whole;
    private final ArmTally[] without;

    Replicates(
        final Map<String, TaskTally> tallies, final List<String> tasks, final double wallSeconds) {
      whole = new ArmTally(List.copyOf(tallies.values()), wallSeconds);
      final int blocks = Jackknife.blocks(tasks.size());
      without = new ArmTally[blocks];
      for (int block = 0; block < blocks; block++) {
        final List<TaskTally> kept = new ArrayList<>();
        for (int task = 0; task < tasks.size(); task++) {
          final TaskTally tally = tallies.get(tasks.get(task));
          if (tally != null && Jackknife.blockOf(task, blocks) != block) {
            kept.add(tally);
          }
        }
        without[block] = new ArmTally(kept, wallSeconds);
      }
    }

    ArmReport report(final String arm) {
      final Map<Metric, Estimate> figures = RunReport.emptyFigures();
      for (final Metric metric : Metric.values()) {
        final double error =
            Jackknife.standardError(without.length, block -> metric.of(without[block]));
        figures.put(metric, new Estimate(metric.of(whole), error));
      }
      return new ArmReport(arm, figures, whole.total().failures());
    }

    Map<Metric, Estimate> ratiosOver(final Replicates baseline) {
      final Map<Metric, Estimate> ratios = RunReport.emptyFigures();
      for (final Metric metric : Metric.values()) {
        final double error =
            Jackknife.standardError(
                without.length, block -> ratio(metric, without[block], baseline.without[block]));
        ratios.put(metric, new Estimate(ratio(metric, whole, baseline.whole), error));
      }
      return ratios;
    }

    private static double ratio(final Metric metric, final ArmTally arm, final ArmTally baseline) {
      return ArmTally.quotient(metric.of(arm), metric.of(baseline));
    }
  }
}
