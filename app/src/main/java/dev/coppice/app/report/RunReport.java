package dev.coppice.app.report;

import dev.coppice.app.folder.RunSettings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Holds the figures of a run: every arm, and every arm's ratios over the arm {@code chain}.
 *
 * @param arms in the order they ran.
 * @param ratios by arm, then figure; empty without an arm {@code chain}.
 * @param scope what the figures are about.
 */
public record RunReport(
    List<ArmReport> arms, Map<String, Map<Figure, Estimate>> ratios, Scope scope) {
  /** The arm every other is compared with. */
  public static final String BASELINE = "chain";

  /** Tokens per group that differ by more make distinct and mixed groups hard to compare. */
  private static final double MOST_APART = 0.10;

  /**
   * Says what the figures of a report are about.
   *
   * @param comparedTasks that every arm has, which the ratios are over.
   * @param tasks that some arm has.
   * @param divided arms of which one number divided draws.
   * @param biased arms whose forks were chosen on finished paths.
   * @param settings of the run.
   * @param remarks on the run, lines for a person.
   */
  public record Scope(
      int comparedTasks,
      int tasks,
      Set<String> divided,
      Set<String> biased,
      RunSettings settings,
      List<String> remarks) {}

  /** Copies the maps. */
  public RunReport {
    arms = List.copyOf(arms);
    ratios = Collections.unmodifiableMap(new LinkedHashMap<>(ratios));
  }

  /**
   * Finds an arm.
   *
   * @param name of the arm.
   * @return the arm, or null if the run has none of that name.
   */
  public ArmReport arm(final String name) {
    for (final ArmReport arm : arms) {
      if (arm.arm().equals(name)) {
        return arm;
      }
    }
    return null;
  }

  /**
   * Returns the arm the flat ratios are about: {@code tree} if it ran, else the first that is not
   * the baseline.
   *
   * @return the name of the arm, or null if there is no ratio.
   */
  public String mainArm() {
    if (ratios.containsKey("tree")) {
      return "tree";
    }
    return ratios.isEmpty() ? null : ratios.keySet().iterator().next();
  }

  /**
   * Says what a reader must know before comparing.
   *
   * @return lines for a person; empty where nothing stands in the way.
   */
  public List<String> notes() {
    final List<String> notes = new ArrayList<>();
    if (!ratios.isEmpty() && scope.comparedTasks() < scope.tasks()) {
      notes.add(
          "ratios are over the "
              + scope.comparedTasks()
              + " of "
              + scope.tasks()
              + " tasks that every arm has; the arms' own figures are over all of theirs");
    }
    noteTokens(notes);
    for (final ArmReport arm : arms) {
      final double size = ArmReport.named(arm.figures(), Metric.ESS.fieldName()).value();
      if (scope.divided().contains(arm.arm()) && Double.isNaN(size)) {
        notes.add(
            "effective samples of "
                + arm.arm()
                + " cannot be told: a systematic division wants at least six groups of a task (some"
                + " thirty for 10 %): raise task.repeats");
      }
    }
    for (final String arm : scope.biased()) {
      notes.add(
          arm
              + " chose its forks on finished paths: its path-weighted mean reward and what rests on it"
              + " are biased");
    }
    notes.addAll(scope.settings().remarks());
    notes.addAll(scope.remarks());
    return notes;
  }

  /** Distinct per 1k falls with the size of a group where chains repeat themselves. */
  private void noteTokens(final List<String> notes) {
    double least = Double.POSITIVE_INFINITY;
    double most = 0;
    final StringBuilder sizes = new StringBuilder();
    for (final ArmReport arm : arms) {
      final double tokens = arm.named(Metric.TOKENS_PER_GROUP.fieldName()).value();
      if (tokens > 0) {
        least = Math.min(least, tokens);
        most = Math.max(most, tokens);
        sizes.append(String.format(Locale.ROOT, " %s %.0f", arm.arm(), tokens));
      }
    }
    if (most > (1 + MOST_APART) * least) {
      notes.add(
          "tokens per group differ by more than 10 % ("
              + sizes.substring(1)
              + "): distinct per 1k and mixed groups compare at equal ones alone");
    }
  }
}
