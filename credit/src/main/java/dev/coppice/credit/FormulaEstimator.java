package dev.coppice.credit;

import dev.coppice.credit.forest.CreditFormula;
import dev.coppice.credit.forest.CreditSheet;
import dev.coppice.credit.forest.Forest;
import dev.coppice.credit.forest.LearningFormula;
import dev.coppice.credit.forest.SubtreeValues;
import dev.coppice.plug.PlugOptions;
import dev.coppice.trajectory.TrajectoryGroup;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Runs a formula over a group. */
record FormulaEstimator(EstimatorPlug plug, PlugOptions given, CreditFormula formula)
    implements AdvantageEstimator {
  @Override
  public String name() {
    return plug.name();
  }

  @Override
  public Map<String, String> options() {
    return given.asTexts();
  }

  @Override
  public GroupAdvantages estimate(final TrajectoryGroup group) {
    final Forest forest = new Forest(group);
    final Map<String, String> texts = new LinkedHashMap<>(given.asTexts());
    if (formula instanceof final LearningFormula learning) {
      texts.put(LearningFormula.PAIRS, learning.observe(forest));
    }
    return new GroupAdvantages(name(), texts, forest, score(forest));
  }

  @Override
  public String observe(final TrajectoryGroup group) {
    return formula instanceof final LearningFormula learning
        ? learning.observe(new Forest(group))
        : null;
  }

  @Override
  public String advance(final String learned, final String observed) {
    return formula instanceof final LearningFormula learning
        ? learning.advance(learned, observed)
        : learned;
  }

  @Override
  public AdvantageEstimator with(final Map<String, String> changed) {
    final Map<String, String> texts = new LinkedHashMap<>(given.asTexts());
    texts.putAll(changed);
    return Estimators.of(plug, PlugOptions.of(EstimatorPlug.KIND, plug, texts));
  }

  private CreditSheet score(final Forest forest) {
    if (plug.needsIndependentDraws() && forest.group().isDividedSystematically()) {
      throw new IllegalArgumentException(
          "the estimator needs independent draws, and one number divided those of the group:"
              + " estimator="
              + name()
              + " group="
              + forest.group().id()
              + "; take turn-share or rloo, or run with tree.division = independent");
    }
    final CreditSheet sheet = new CreditSheet(forest);
    formula.score(forest, sheet);
    return sheet;
  }

  @Override
  public List<String> explain(final TrajectoryGroup group, final int tree, final int node) {
    if (tree < 0 || tree >= group.trees().size()) {
      throw new IllegalArgumentException("no such tree: tree=" + tree);
    }
    if (node < 0 || node >= group.trees().get(tree).nodes().size()) {
      throw new IllegalArgumentException("no such node: tree=" + tree + " node=" + node);
    }
    final Forest forest = new Forest(group);
    final CreditSheet sheet = score(forest);
    final int index = forest.treeStart(tree) + node;
    final List<String> lines = new ArrayList<>();
    lines.add(place(forest, index, tree, node));
    lines.add(values(forest, index, tree, node));
    if (!forest.isSampled(index)) {
      lines.add("not sampled by the policy: it carries no advantage");
    } else if (Double.isNaN(sheet.node(index))) {
      lines.add("no evidence for this estimator: its tokens get 0 and should not be trained");
    } else {
      lines.addAll(formula.explain(forest, sheet, index));
      lines.add(outcome(forest, sheet, index));
    }
    return lines;
  }

  private String place(final Forest forest, final int index, final int tree, final int node) {
    return String.format(
        Locale.ROOT,
        "group %s tree %d node %d: %s of %d tokens, estimator %s %s",
        forest.group().id(),
        tree,
        node,
        forest.node(index).kind().wireName(),
        forest.node(index).length(),
        name(),
        given.asTexts());
  }

  private static String values(
      final Forest forest, final int index, final int tree, final int node) {
    final double[] rewards = forest.rewards();
    final SubtreeValues byLeaf = SubtreeValues.overLeaves(forest, rewards);
    final SubtreeValues byPath = SubtreeValues.overChildren(forest, rewards);
    return String.format(
        Locale.ROOT,
        "leaves below: %d, scored %d of %d in the group; mean reward %.6g by leaf, %.6g by path;"
            + " path weight %.6g",
        forest.leafEnd(index) - forest.leafStart(index),
        byLeaf.count(index),
        byLeaf.count(forest.stem()),
        byLeaf.value(index),
        byPath.value(index),
        forest.group().trees().get(tree).pathWeight(node));
  }

  private static String outcome(final Forest forest, final CreditSheet sheet, final int index) {
    final StringBuilder text = new StringBuilder();
    text.append(String.format(Locale.ROOT, "advantage %.6g", sheet.node(index)));
    if (sheet.channel(index) != 0.0) {
      text.append(
          String.format(Locale.ROOT, ", %+.6g on call and fold tokens", sheet.channel(index)));
    }
    final int tree = forest.treeOf(index);
    for (int c = forest.callStart(tree); c < forest.callStart(tree + 1); c++) {
      if (forest.callNode(c) == index && sheet.call(c) != 0.0) {
        text.append(
            String.format(
                Locale.ROOT,
                ", %+.6g on the tokens of call %d",
                sheet.call(c),
                forest.call(c).id()));
      }
    }
    if (sheet.zeroAboveLogprob() < Double.POSITIVE_INFINITY) {
      text.append(
          String.format(
              Locale.ROOT, ", 0 on tokens with p > %.3g", Math.exp(sheet.zeroAboveLogprob())));
    }
    return text.toString();
  }
}
