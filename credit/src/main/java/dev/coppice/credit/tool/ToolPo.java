package dev.coppice.credit.tool;

import dev.coppice.credit.EstimatorPlug;
import dev.coppice.credit.forest.CopyMeans;
import dev.coppice.credit.forest.CreditFormula;
import dev.coppice.credit.forest.CreditSheet;
import dev.coppice.credit.forest.Forest;
import dev.coppice.credit.forest.Moments;
import dev.coppice.credit.forest.SharedValue;
import dev.coppice.credit.forest.SubtreeValues;
import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOption.Range;
import dev.coppice.plug.PlugOptions;
import java.util.List;
import java.util.Locale;

/**
 * Scores a trajectory by its outcome, and its call and fold tokens by its calls as well.
 *
 * <p>{@code A(y) = A_succ + M(y) * A_action}; {@code A_succ = R - mean(R)}; {@code R_action =
 * lambda_call * calls + lambda_pref * preference}, {@code A_action = R_action - mean(R_action)}; M
 * is 1 on tool-call and memory-fold tokens. {@code calls=sum} counts correct calls, as the paper
 * does, which pays a failed trajectory for many calls (golden G11); {@code calls=mean} takes the
 * share of correct ones among those judged, and {@code cap} is the most correct calls that are paid
 * (0: no cap). A call nobody judged counts neither way. The preference for a fold is the reward
 * component named by {@code preference}, 0 where a leaf has none.
 *
 * <p>The paper gives no lambdas we could verify and ships no training code: 0.5 and 1 are ours.
 *
 * @source DeepAgent, arXiv:2510.21618.
 */
public final class ToolPo implements CreditFormula {
  private final double lambdaCall;
  private final double lambdaPref;
  private final boolean meanPerCall;
  private final double cap;
  private final String preference;
  private final SharedValue shared;

  /**
   * Fixes the options.
   *
   * @param options as {@link Offer} declares them.
   */
  public ToolPo(final PlugOptions options) {
    lambdaCall = options.number("lambda_call");
    lambdaPref = options.number("lambda_pref");
    meanPerCall = options.is("calls", "mean");
    cap = options.whole("cap");
    preference = options.text("preference");
    shared = SharedValue.of(options);
  }

  @Override
  public void score(final Forest forest, final CreditSheet sheet) {
    final double[] reward = forest.rewards();
    final double[] draws = CopyMeans.leafDraws(forest);
    final double success = Moments.of(reward, draws).mean();
    final double[] action = actionRewards(forest);
    final double mean = Moments.of(action, draws).mean();
    for (int l = 0; l < reward.length; l++) {
      sheet.setLeaf(l, reward[l] - success);
      action[l] -= mean;
    }
    sheet.spreadLeaves(forest, shared);
    final CreditSheet channel = new CreditSheet(forest);
    for (int l = 0; l < action.length; l++) {
      channel.setLeaf(l, action[l]);
    }
    channel.spreadLeaves(forest, shared);
    for (int i = 0; i < forest.nodeCount(); i++) {
      if (!Double.isNaN(channel.node(i))) {
        sheet.setChannel(i, channel.node(i));
      }
    }
  }

  /** R_action per leaf, NaN where the leaf is not scored. */
  private double[] actionRewards(final Forest forest) {
    final int[] correct = new int[forest.stem() + 1];
    final int[] judged = new int[forest.stem() + 1];
    for (int c = 0; c < forest.callCount(); c++) {
      final Boolean right = forest.call(c).correct();
      if (right != null) {
        judged[forest.callNode(c)]++;
        correct[forest.callNode(c)] += right ? 1 : 0;
      }
    }
    final double[] action = new double[forest.leafCount()];
    for (int i = 0; i < forest.nodeCount(); i++) {
      correct[i] += correct[forest.up(i)];
      judged[i] += judged[forest.up(i)];
      if (forest.hasLeaf(i)) {
        final int l = forest.leafStart(i);
        final double liked = forest.leaf(l).components().getOrDefault(preference, 0.0);
        final double all = lambdaCall * callReward(correct[i], judged[i]) + lambdaPref * liked;
        action[l] = Double.isNaN(forest.reward(l)) ? Double.NaN : all;
      }
    }
    return action;
  }

  private double callReward(final int correct, final int judged) {
    final double paid = cap > 0 ? Math.min(cap, correct) : correct;
    return meanPerCall ? paid / Math.max(1, judged) : paid;
  }

  @Override
  public List<String> explain(final Forest forest, final CreditSheet sheet, final int node) {
    final double[] action = actionRewards(forest);
    final SubtreeValues below = SubtreeValues.overLeaves(forest, action);
    return List.of(
        String.format(
            Locale.ROOT,
            "outcome: group mean %.6g; action reward of its leaves %.6g, group mean %.6g"
                + " (%.3g * calls by %s + %.3g * %s)",
            Moments.of(forest.rewards(), CopyMeans.leafDraws(forest)).mean(),
            below.value(node),
            Moments.of(action, CopyMeans.leafDraws(forest)).mean(),
            lambdaCall,
            meanPerCall ? "mean" : "sum",
            lambdaPref,
            preference));
  }

  /** Offers the estimator by the name {@code toolpo}. */
  public static final class Offer extends NamedPlug implements EstimatorPlug {
    /** Declares its options. */
    public Offer() {
      super(
          "toolpo",
          "By its outcome, and its call and fold tokens by its calls as well.",
          PlugOption.number("lambda_call", 0.5, Range.NOT_NEGATIVE, "Reward per correct call."),
          PlugOption.number(
              "lambda_pref", 1.0, Range.NOT_NEGATIVE, "Weight of the preference for a fold."),
          PlugOption.choice(
              "calls", "What is paid: the number of correct calls, or their share.", "sum", "mean"),
          PlugOption.whole(
              "cap",
              0,
              new Range(0, Integer.MAX_VALUE),
              "Most correct calls that are paid; 0 for no cap."),
          PlugOption.text(
              "preference",
              PlugOption.Type.NAME,
              "fold_preference",
              "Reward component that holds the preference for a fold."),
          SharedValue.OPTION);
    }

    @Override
    public CreditFormula make(final PlugOptions options) {
      return new ToolPo(options);
    }
  }
}
