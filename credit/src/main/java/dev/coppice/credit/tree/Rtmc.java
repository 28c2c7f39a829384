package dev.coppice.credit.tree;

import dev.coppice.credit.EstimatorPlug;
import dev.coppice.credit.forest.CreditFormula;
import dev.coppice.credit.forest.CreditSheet;
import dev.coppice.credit.forest.Forest;
import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOption.Range;
import dev.coppice.plug.PlugOptions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Scores an action by the Monte-Carlo value of taking it, over all branches that came to its state.
 *
 * <p>{@code A(s, a) = Q(s, a) - V(s)}: Q is the mean return over the draws that took a in s, V over all
 * draws from s, returns discounted by gamma per step. Equal states of different branches are one, here
 * by the digest of the world before the step; where a trace has none, the state is the place in the
 * tree itself, and equal prompts are one. Equal actions are those of equal tokens.
 *
 * <p>{@code prior} draws of the value V stand behind every Q: {@code Q = (sum G + prior V) / (n +
 * prior)}, so that an action taken once says less than one taken often. The abstract and summaries that
 * we could read name state-action signatures, first-visit returns and a Bayesian prior, but not the
 * prior's form: this one, 0 by default, is ours. Signatures of the paper compress the history of a
 * software agent; a digest tells states exactly, and a repeated visit of one path counts each time.
 *
 * <p>By draws: a coalesced node counts as often as it was drawn.
 *
 * @source RTMC, arXiv:2604.11037.
 */
public final class Rtmc implements CreditFormula {
  private final double gamma;
  private final double prior;

  /**
   * Fixes the options.
   *
   * @param options as {@link Offer} declares them.
   */
  public Rtmc(final PlugOptions options) {
    gamma = options.number("gamma");
    prior = options.number("prior");
  }

  /** Which state and which action of it every node is. */
  private record Places(int[] state, int[] action, int count) {}

  @Override
  public void score(final Forest forest, final CreditSheet sheet) {
    final ReturnMoments returns = new ReturnMoments(forest, gamma);
    final Places places = places(forest);
    final ReturnMoments[] sums = sums(forest, returns, places);
    for (int i = 0; i < forest.nodeCount(); i++) {
      if (forest.isSampled(i) && returns.count[i] > 0) {
        sheet.setNode(i, advantage(sums, places, i));
      }
    }
  }

  private double advantage(final ReturnMoments[] sums, final Places places, final int node) {
    final double all = sums[0].mean[places.state()[node]];
    final int action = places.action()[node];
    final double taken = sums[1].count[action];
    return (sums[1].mean[action] - all) * (taken / (taken + prior));
  }

  private static Places places(final Forest forest) {
    final Map<String, Integer> states = new HashMap<>();
    final Map<String, Integer> actions = new HashMap<>();
    final int[] state = new int[forest.nodeCount()];
    final int[] action = new int[forest.nodeCount()];
    for (int i = 0; i < state.length; i++) {
      if (forest.isSampled(i)) {
        final int parent = forest.parent(i);
        final String digest = parent < 0 ? null : forest.node(parent).state();
        final String name = digest == null ? "node " + forest.up(i) : "digest " + digest;
        state[i] = states.computeIfAbsent(name, key -> states.size());
        final String taken = state[i] + " " + Arrays.toString(forest.node(i).tokens());
        action[i] = actions.computeIfAbsent(taken, key -> actions.size());
      }
    }
    return new Places(state, action, Math.max(states.size(), actions.size()));
  }

  /** Returns by state, and by state and action. */
  private static ReturnMoments[] sums(
      final Forest forest, final ReturnMoments returns, final Places places) {
    final ReturnMoments byState = ReturnMoments.empty(places.count());
    final ReturnMoments byAction = ReturnMoments.empty(places.count());
    for (int i = 0; i < forest.nodeCount(); i++) {
      if (forest.isSampled(i)) {
        final int count = returns.count[i];
        byState.merge(places.state()[i], count, returns.mean[i], returns.squares[i]);
        byAction.merge(places.action()[i], count, returns.mean[i], returns.squares[i]);
      }
    }
    return new ReturnMoments[] {byState, byAction};
  }

  @Override
  public List<String> explain(final Forest forest, final CreditSheet sheet, final int node) {
    final Places places = places(forest);
    final ReturnMoments[] sums = sums(forest, new ReturnMoments(forest, gamma), places);
    final int state = places.state()[node];
    final int action = places.action()[node];
    return List.of(
        String.format(
            Locale.ROOT,
            "V %.6g over %d draws from its state; Q %.6g over %d that took its action; prior %.4g",
            sums[0].mean[state],
            sums[0].count[state],
            sums[1].mean[action],
            sums[1].count[action],
            prior));
  }

  /** Offers the estimator by the name {@code rtmc}. */
  public static final class Offer extends NamedPlug implements EstimatorPlug {
    /** Declares its options. */
    public Offer() {
      super(
          "rtmc",
          "An action by its mean return over all branches that came to its state.",
          PlugOption.number("gamma", 1.0, new Range(0, 1), "Discount of returns, per step."),
          PlugOption.number(
              "prior", 0.0, Range.NOT_NEGATIVE, "Draws of the state's value behind every action."));
    }

    @Override
    public CreditFormula make(final PlugOptions options) {
      return new Rtmc(options);
    }
  }
}
