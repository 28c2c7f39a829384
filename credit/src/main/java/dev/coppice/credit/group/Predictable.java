package dev.coppice.credit.group;

import dev.coppice.credit.EstimatorPlug;
import dev.coppice.credit.forest.CreditFormula;
import dev.coppice.credit.forest.CreditSheet;
import dev.coppice.credit.forest.Forest;
import dev.coppice.credit.forest.SharedValue;
import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOption.Range;
import dev.coppice.plug.PlugOptions;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.List;
import java.util.Locale;

/**
 * Scores each trajectory against a baseline that was known before it was drawn.
 *
 * <p>{@code b_i = (sum_{j<i} R_j + w r) / (i - 1 + w)} over the draws of the trees before its own,
 * with w = 1.3 draws of an expected reward r. Where the number of draws N was decided by their
 * rewards, a baseline that knows later draws (a group's mean, the mean of the others) knows when it
 * was stopped, and is biased. This one is not: {@code sum_{i<=N} (R_i - b_i) grad log pi} is a
 * martingale's sum, with the expectation {@code E[N] grad E[R]}. So it is to be summed over draws and
 * never averaged within the group; prompts then weigh by {@code E[N]}. With {@code wave} a draw is
 * also set against the other trees of its own wave, whose number was decided before any of them.
 *
 * <p>A group whose size no outcome decided gets the mean of the others, as {@code rloo} has it: that
 * is unbiased there and less noisy.
 *
 * <p>Estimators {@code rloo} and {@code coppice} score this way whenever a group says that its size
 * was decided by outcomes.
 *
 * @shape the draws of one tree share a baseline: copies of one path may not be independent.
 * @source Wald's identity for sums with predictable weights; w from the study of the shipped tasks.
 */
public final class Predictable implements CreditFormula {
  private static final String EXPECTED = "expected";
  private static final String WEIGHT = "weight";
  private static final double USUAL_WEIGHT = 1.3;
  private static final double USUAL_REWARD = 0.5;

  private final double expected;
  private final double weight;
  private final boolean withWave;
  private final SharedValue shared;

  private Predictable(
      final double expected,
      final double weight,
      final boolean withWave,
      final SharedValue shared) {
    this.expected = expected;
    this.weight = weight;
    this.withWave = withWave;
    this.shared = shared;
  }

  /**
   * Has a formula step aside where its baseline would be biased.
   *
   * @param usual formula for groups whose size no outcome decided.
   * @param options of the usual formula; its {@code shared} is kept where it has one.
   * @return a formula that scores groups sized by outcomes with a predictable baseline.
   */
  public static CreditFormula whereSizedByOutcomes(
      final CreditFormula usual, final PlugOptions options) {
    final SharedValue shared =
        options.has(SharedValue.OPTION.name()) ? SharedValue.of(options) : SharedValue.MEAN;
    return new BySizing(usual, new Predictable(USUAL_REWARD, USUAL_WEIGHT, false, shared));
  }

  @Override
  public void score(final Forest forest, final CreditSheet sheet) {
    final double[] baseline = baselines(forest.group());
    for (int tree = 0; tree < forest.treeCount(); tree++) {
      for (int leaf = forest.leafTreeStart(tree); leaf < forest.leafTreeStart(tree + 1); leaf++) {
        sheet.setLeaf(leaf, forest.reward(leaf) - baseline[tree]);
      }
    }
    sheet.spreadLeaves(forest, shared);
  }

  /** Returns the baseline of every tree. */
  private double[] baselines(final TrajectoryGroup group) {
    final int trees = group.trees().size();
    final double[] baseline = new double[trees];
    final double known = group.sizing().expectedReward();
    final double prior = weight * (Double.isNaN(known) ? expected : known);
    double count = 0;
    double sum = 0;
    int tree = 0;
    for (final int[] wave : waves(group)) {
      final Sums all = new Sums(count, sum);
      for (int other = tree; other < wave[0]; other++) {
        all.add(group.trees().get(other), 1);
      }
      for (; tree < wave[0]; tree++) {
        final Sums others = withWave ? all.without(group.trees().get(tree)) : new Sums(count, sum);
        baseline[tree] = others.mean(prior, weight);
        final Sums next = new Sums(count, sum);
        next.add(group.trees().get(tree), 1);
        count = next.count;
        sum = next.sum;
      }
    }
    return baseline;
  }

  /** Returns where each wave ends, counted in trees. */
  private static List<int[]> waves(final TrajectoryGroup group) {
    final List<int[]> ends = new java.util.ArrayList<>();
    int tree = 0;
    for (final int wave : group.sizing().waves()) {
      for (int draws = 0; draws < wave && tree < group.trees().size(); tree++) {
        draws += group.trees().get(tree).draws();
      }
      ends.add(new int[] {tree});
    }
    ends.add(new int[] {group.trees().size()});
    return ends;
  }

  /** Sums draws and their rewards; a tree counts as the draws of its root. */
  private static final class Sums {
    private double count;
    private double sum;

    Sums(final double count, final double sum) {
      this.count = count;
      this.sum = sum;
    }

    void add(final TrajectoryTree tree, final int sign) {
      double mass = 0;
      double reward = 0;
      for (final Leaf leaf : tree.leaves()) {
        if (leaf.isScored()) {
          final double share = tree.pathWeight(leaf.node());
          mass += share;
          reward += share * leaf.reward();
        }
      }
      if (mass > 0) {
        count += sign * tree.draws();
        sum += sign * tree.draws() * reward / mass;
      }
    }

    Sums without(final TrajectoryTree tree) {
      final Sums others = new Sums(count, sum);
      others.add(tree, -1);
      return others;
    }

    double mean(final double prior, final double weight) {
      return count + weight == 0 ? 0 : (sum + prior) / (count + weight);
    }
  }

  @Override
  public List<String> explain(final Forest forest, final CreditSheet sheet, final int node) {
    final int tree = forest.treeOf(node);
    return List.of(
        String.format(
            Locale.ROOT,
            "size decided by %s, waves %s; baseline of tree %d: %.6g, known before its draws",
            forest.group().sizing().allocation(),
            forest.group().sizing().waves(),
            tree,
            baselines(forest.group())[tree]),
        Explain.leaves(forest, sheet, node, shared));
  }

  /** Chooses by what a group says of its size. */
  private record BySizing(CreditFormula usual, CreditFormula predictable) implements CreditFormula {
    private CreditFormula of(final Forest forest) {
      return forest.group().sizing().byOutcomes() ? predictable : usual;
    }

    @Override
    public void score(final Forest forest, final CreditSheet sheet) {
      of(forest).score(forest, sheet);
    }

    @Override
    public List<String> explain(final Forest forest, final CreditSheet sheet, final int node) {
      return of(forest).explain(forest, sheet, node);
    }
  }

  /** Offers the estimator by the name {@code predictable}. */
  public static final class Offer extends NamedPlug implements EstimatorPlug {
    /** Declares its options. */
    public Offer() {
      super(
          "predictable",
          "Against what earlier draws of the group had, where rewards decided how many draws there"
              + " are: unbiased as a sum; elsewhere rloo.",
          PlugOption.number(
              EXPECTED,
              USUAL_REWARD,
              Range.ANY,
              "Expected reward r of a draw before the first, where the group does not say."),
          PlugOption.number(
              WEIGHT, USUAL_WEIGHT, Range.NOT_NEGATIVE, "Draws the expected reward counts for."),
          PlugOption.choice(
              "against",
              "What a draw is set against: draws of earlier trees, or those of its wave as well.",
              "earlier",
              "wave"),
          Rloo.SINGLETON,
          SharedValue.OPTION);
    }

    @Override
    public CreditFormula make(final PlugOptions options) {
      return new BySizing(
          new Rloo(options),
          new Predictable(
              options.number(EXPECTED),
              options.number(WEIGHT),
              options.is("against", "wave"),
              SharedValue.of(options)));
    }
  }
}
