package dev.coppice.app.experiment;

import dev.coppice.credit.tool.StudentT;
import dev.coppice.rollout.TreeLedger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.ToDoubleFunction;

/**
 * Compares a treated side with the control, pair by pair.
 *
 * <p>With {@code d_pi} the difference of pair i of problem p and n pairs in all, the effect is {@code
 * sum d_pi / n}, and its standard error {@code sqrt(P / (P - 1) sum_p (sum_i (d_pi - effect))^2) / n}:
 * clustered by problem, for pairs of one problem are alike.
 *
 * @param treatment as configured.
 * @param figures by name, in the order they are told; NaN where one is not known.
 */
record Contrast(String treatment, Map<String, Double> figures) {
  private static final double LEVEL = 0.975;
  private static final double NS_PER_SECOND = 1e9;

  /** Compares; the map says of each path how many of its tokens the trunk had computed already. */
  static Contrast of(
      final String treatment,
      final SortedMap<Long, SideGroup> control,
      final SortedMap<Long, SideGroup> treated,
      final Shared shared) {
    final Map<String, Problem> problems = new LinkedHashMap<>();
    long dropped = 0;
    long unplaced = 0;
    for (final Map.Entry<Long, SideGroup> entry : control.entrySet()) {
      final SideGroup without = entry.getValue();
      final SideGroup with = treated.get(entry.getKey());
      if (!shared.isPlaced(entry.getKey()) || with == null) {
        unplaced++;
        continue;
      }
      final Problem problem = problems.computeIfAbsent(without.task(), task -> new Problem());
      problem.cost(without, with, shared, entry.getKey());
      for (int i = 0; i < Math.min(without.rewards().length, with.rewards().length); i++) {
        final boolean failed =
            Double.isNaN(without.rewards()[i]) || Double.isNaN(with.rewards()[i]);
        dropped += failed ? 1 : 0;
        if (!failed) {
          problem.pair(without.rewards()[i], with.rewards()[i]);
        }
      }
    }
    problems.values().removeIf(problem -> problem.control.isEmpty());
    final Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("dropped_pairs", (double) dropped);
    figures.put("paths_without_place", (double) unplaced);
    tell(List.copyOf(problems.values()), figures);
    return new Contrast(treatment, figures);
  }

  /** Says what the trunk had computed of the paths. */
  interface Shared {
    /** Returns whether a path comes to the place and can be treated. */
    boolean isPlaced(long group);

    /** Returns how many tokens of the ids the trunk had computed with the same model. */
    int tokens(long group, int[] ids, boolean isTreated);
  }

  /** Sums the pairs of one problem. */
  private static final class Problem {
    private final List<Double> control = new ArrayList<>();
    private final List<Double> treated = new ArrayList<>();
    private final double[] costs = new double[Cost.values().length];
    private long trees;

    void pair(final double without, final double with) {
      control.add(without);
      treated.add(with);
    }

    void cost(
        final SideGroup without, final SideGroup with, final Shared shared, final long group) {
      trees += with.ledgers().size();
      add(with, shared.tokens(group, with.ids(), true), 1);
      add(without, shared.tokens(group, without.ids(), false), -1);
    }

    /** What the trunk had computed would be found, where a path is forked in place. */
    private void add(final SideGroup side, final int found, final int sign) {
      for (final Cost cost : Cost.values()) {
        double sum = cost.found * found;
        for (final TreeLedger ledger : side.ledgers()) {
          sum += cost.of.applyAsDouble(ledger);
        }
        costs[cost.ordinal()] += sign * sum;
      }
    }

    double difference(final int pair) {
      return treated.get(pair) - control.get(pair);
    }

    double sum() {
      double sum = 0;
      for (int i = 0; i < control.size(); i++) {
        sum += difference(i);
      }
      return sum;
    }
  }

  /** Names what a pair costs more or less; the factor says what a token that is found changes. */
  private enum Cost {
    COMPUTED("computed_tokens", -1, TreeLedger::computedTokens),
    CACHED("cached_tokens", 1, TreeLedger::cachedTokens),
    DECODED("decoded_tokens", 0, TreeLedger::decodedTokens),
    BLOCK_SECONDS("block_seconds", 0, ledger -> ledger.blockNs() / NS_PER_SECOND),
    CALLS("tool_calls", 0, TreeLedger::toolCalls);

    private final String name;
    private final int found;
    private final ToDoubleFunction<TreeLedger> of;

    Cost(final String name, final int found, final ToDoubleFunction<TreeLedger> of) {
      this.name = name;
      this.found = found;
      this.of = of;
    }
  }

  private static void tell(final List<Problem> problems, final Map<String, Double> figures) {
    final long pairs = problems.stream().mapToLong(problem -> problem.control.size()).sum();
    final double effect = problems.stream().mapToDouble(Problem::sum).sum() / pairs;
    double squares = 0;
    for (final Problem problem : problems) {
      squares += Math.pow(problem.sum() - effect * problem.control.size(), 2);
    }
    final int count = problems.size();
    final double error = count < 2 ? Double.NaN : Math.sqrt(squares * count / (count - 1)) / pairs;
    final double half = count < 2 ? Double.NaN : StudentT.quantile(LEVEL, count - 1) * error;
    figures.put("problems", (double) count);
    figures.put("pairs", (double) pairs);
    figures.put("control_mean", mean(problems, problem -> problem.control, pairs));
    figures.put("effect", effect);
    figures.put("std_error", error);
    figures.put("low", effect - half);
    figures.put("high", effect + half);
    tellDirections(problems, figures);
    final double coupled = variance(problems, null);
    final double apart =
        variance(problems, problem -> problem.control)
            + variance(problems, problem -> problem.treated);
    figures.put("pair_variance", coupled);
    figures.put("independent_variance", apart);
    final long trees = problems.stream().mapToLong(problem -> problem.trees).sum();
    for (final Cost cost : Cost.values()) {
      final double sum =
          problems.stream().mapToDouble(problem -> problem.costs[cost.ordinal()]).sum();
      figures.put(cost.name, sum / trees);
    }
  }

  /** Counts pairs that the treatment made worse and better: one alone misleads. */
  private static void tellDirections(
      final List<Problem> problems, final Map<String, Double> figures) {
    long worse = 0;
    long better = 0;
    for (final Problem problem : problems) {
      for (int i = 0; i < problem.control.size(); i++) {
        worse += problem.difference(i) < 0 ? 1 : 0;
        better += problem.difference(i) > 0 ? 1 : 0;
      }
    }
    figures.put("worse_pairs", (double) worse);
    figures.put("better_pairs", (double) better);
  }

  private interface Values {
    List<Double> of(Problem problem);
  }

  private static double mean(final List<Problem> problems, final Values values, final long count) {
    double sum = 0;
    for (final Problem problem : problems) {
      sum += values.of(problem).stream().mapToDouble(Double::doubleValue).sum();
    }
    return sum / count;
  }

  /** Pools the variance inside problems, of differences where no values are named. */
  private static double variance(final List<Problem> problems, final Values values) {
    double squares = 0;
    long freedom = 0;
    for (final Problem problem : problems) {
      final int n = problem.control.size();
      final double[] own = new double[n];
      double mean = 0;
      for (int i = 0; i < n; i++) {
        own[i] = values == null ? problem.difference(i) : values.of(problem).get(i);
        mean += own[i] / n;
      }
      for (final double value : own) {
        squares += (value - mean) * (value - mean);
      }
      freedom += n - 1;
    }
    return freedom == 0 ? Double.NaN : squares / freedom;
  }
}
