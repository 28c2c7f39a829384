package dev.coppice.app.report;

import dev.coppice.app.folder.RunSettings;
import dev.coppice.app.outcome.Outcomes;
import dev.coppice.rollout.TreeLedger;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads groups one after the other and makes the report of the run.
 *
 * @thread one at a time.
 * @cost memory grows with tasks, never with tokens.
 */
public final class RunMeasure {
  private final List<Figure> figures;
  private final RunSettings settings;
  private final Map<String, Map<String, TaskTally>> tasksByArm = new LinkedHashMap<>();
  private final Map<String, Outcomes> outcomesByArm = new LinkedHashMap<>();
  private final Map<String, Double> wallSeconds = new LinkedHashMap<>();
  private final List<String> remarks = new ArrayList<>();

  /**
   * Begins.
   *
   * @param figures to compute.
   * @param settings of the run, which say how draws were divided.
   */
  public RunMeasure(final List<Figure> figures, final RunSettings settings) {
    this.figures = List.copyOf(figures);
    this.settings = settings;
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
    final Outcomes outcomes = outcomesByArm.computeIfAbsent(arm, name -> new Outcomes());
    trees.forEach(outcomes::add);
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
   * Notes what a reader should know of the run.
   *
   * @param remark a line for a person.
   */
  void note(final String remark) {
    remarks.add(remark);
  }

  /**
   * Computes every figure.
   *
   * @return the report of everything added; its ratios are over the tasks that all arms have.
   */
  public RunReport report() {
    final List<String> all = tasksOfAnyArm();
    final List<String> compared = all.stream().filter(this::isInEveryArm).toList();
    final List<ArmReport> arms = new ArrayList<>();
    final Map<String, Map<Figure, Estimate>> ratios = new LinkedHashMap<>();
    final Replicates baseline =
        tasksByArm.containsKey(RunReport.BASELINE)
            ? replicates(RunReport.BASELINE, compared)
            : null;
    final Set<String> divided = new HashSet<>();
    final Set<String> biased = new TreeSet<>();
    for (final String arm : tasksByArm.keySet()) {
      final Replicates whole = replicates(arm, all);
      arms.add(whole.report(arm));
      if (whole.whole.isDivided()) {
        divided.add(arm);
      }
      if (whole.whole.isBiased()) {
        biased.add(arm);
      }
      if (baseline != null && !arm.equals(RunReport.BASELINE)) {
        ratios.put(arm, replicates(arm, compared).ratiosOver(baseline));
      }
    }
    return new RunReport(
        arms,
        ratios,
        new RunReport.Scope(
            compared.size(), all.size(), divided, biased, settings, List.copyOf(remarks)));
  }

  private List<String> tasksOfAnyArm() {
    final Map<String, Boolean> tasks = new LinkedHashMap<>();
    tasksByArm.values().forEach(arm -> arm.keySet().forEach(task -> tasks.put(task, true)));
    return List.copyOf(tasks.keySet());
  }

  /** A task that was scored in one arm must be scored in all, or means would tell of other tasks. */
  private boolean isInEveryArm(final String task) {
    int present = 0;
    int valued = 0;
    for (final Map<String, TaskTally> arm : tasksByArm.values()) {
      final TaskTally tally = arm.get(task);
      present += tally == null ? 0 : 1;
      valued += tally != null && tally.get(Sum.VALUED_GROUPS) > 0 ? 1 : 0;
    }
    return present == tasksByArm.size() && (valued == 0 || valued == present);
  }

  /** Measures an arm on some tasks, as if they had taken their tokens' share of its time. */
  private Replicates replicates(final String arm, final List<String> tasks) {
    final Map<String, TaskTally> tallies = tasksByArm.get(arm);
    final double wall = wallSeconds.getOrDefault(arm, Double.NaN);
    final ArmTally whole = tally(List.copyOf(tallies.values()), wall);
    final ArmTally part = tally(tasks.stream().map(tallies::get).toList(), wall);
    return new Replicates(
        tallies, tasks, wall * ArmTally.quotient(part.computed(), whole.computed()));
  }

  private ArmTally tally(final List<TaskTally> tasks, final double wall) {
    return new ArmTally(tasks.stream().filter(Objects::nonNull).toList(), wall);
  }

  /** Holds an arm on some tasks, and without each block of them; blocks are the same in all arms. */
  private final class Replicates {
    private final ArmTally whole;
    private final ArmTally[] without;

    Replicates(final Map<String, TaskTally> tallies, final List<String> tasks, final double wall) {
      whole = tally(tasks.stream().map(tallies::get).toList(), wall);
      final int blocks = Jackknife.blocks(tasks.size());
      without = new ArmTally[blocks];
      for (int block = 0; block < blocks; block++) {
        final List<TaskTally> kept = new ArrayList<>();
        for (int task = 0; task < tasks.size(); task++) {
          if (Jackknife.blockOf(task, blocks) != block) {
            kept.add(tallies.get(tasks.get(task)));
          }
        }
        without[block] = tally(kept, wall);
      }
    }

    ArmReport report(final String arm) {
      final Map<Figure, Estimate> estimates = new LinkedHashMap<>();
      for (final Figure figure : figures) {
        estimates.put(
            figure,
            Jackknife.estimate(
                figure.of(whole), without.length, block -> figure.of(without[block])));
      }
      return new ArmReport(arm, estimates, whole.total().failures(), outcomesByArm.get(arm));
    }

    Map<Figure, Estimate> ratiosOver(final Replicates baseline) {
      final Map<Figure, Estimate> ratios = new LinkedHashMap<>();
      for (final Figure figure : figures) {
        ratios.put(
            figure,
            Jackknife.estimate(
                ratio(figure, whole, baseline.whole),
                without.length,
                block -> ratio(figure, without[block], baseline.without[block])));
      }
      return ratios;
    }

    private double ratio(final Figure figure, final ArmTally arm, final ArmTally baseline) {
      return ArmTally.quotient(figure.of(arm), figure.of(baseline));
    }
  }
}
