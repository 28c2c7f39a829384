package dev.coppice.app.report;

import dev.coppice.rollout.TreeLedger;
import dev.coppice.trajectory.TrajectoryGroup;
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
  private final List<Figure> figures;
  private final Map<String, Map<String, TaskTally>> tasksByArm = new LinkedHashMap<>();
  private final Map<String, Double> wallSeconds = new LinkedHashMap<>();

  /**
   * Begins.
   *
   * @param figures to compute.
   */
  public RunMeasure(final List<Figure> figures) {
    this.figures = List.copyOf(figures);
  }

  /**
   * Adds one finished group.
   *
   * @param arm the group belongs to.
   * @param trees of the group, at least one.
   * @param ledgers one per tree, in order.
   */
  public void add(
      final String arm, final List<TrajectoryTree> trees, final List<TreeLedger> ledgers) {
    final TrajectoryTree first = trees.getFirst();
    add(arm, new TrajectoryGroup(first.group(), first.task(), trees), ledgers);
  }

  /**
   * Adds one finished group whose size something decided on.
   *
   * @param arm the group belongs to.
   * @param group with at least one tree.
   * @param ledgers one per tree, in order.
   */
  public void add(final String arm, final TrajectoryGroup group, final List<TreeLedger> ledgers) {
    final List<TrajectoryTree> trees = group.trees();
    final String task = trees.getFirst().task().id();
    final TaskTally tally =
        tasksByArm
            .computeIfAbsent(arm, name -> new LinkedHashMap<>())
            .computeIfAbsent(task, id -> new TaskTally());
    GroupMeasure.add(group, ledgers, tally);
    figures.forEach(figure -> tally.addOwn(figure, figure.amounts(trees, ledgers)));
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
    final Map<String, Map<Figure, Estimate>> ratios = new LinkedHashMap<>();
    final Replicates baseline = replicates.get(RunReport.BASELINE);
    replicates.forEach(
        (arm, measured) -> {
          arms.add(measured.report(arm));
          if (baseline != null && measured != baseline) {
            ratios.put(arm, measured.ratiosOver(baseline));
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
  private final class Replicates {
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
      final Map<Figure, Estimate> estimates = new LinkedHashMap<>();
      for (final Figure figure : figures) {
        final double error =
            Jackknife.standardError(without.length, block -> figure.of(without[block]));
        estimates.put(figure, new Estimate(figure.of(whole), error));
      }
      return new ArmReport(arm, estimates, whole.total().failures());
    }

    Map<Figure, Estimate> ratiosOver(final Replicates baseline) {
      final Map<Figure, Estimate> ratios = new LinkedHashMap<>();
      for (final Figure figure : figures) {
        final double error =
            Jackknife.standardError(
                without.length, block -> ratio(figure, without[block], baseline.without[block]));
        ratios.put(figure, new Estimate(ratio(figure, whole, baseline.whole), error));
      }
      return ratios;
    }

    private double ratio(final Figure figure, final ArmTally arm, final ArmTally baseline) {
      return ArmTally.quotient(figure.of(arm), figure.of(baseline));
    }
  }
}
