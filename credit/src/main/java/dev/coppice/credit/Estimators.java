package dev.coppice.credit;

import dev.coppice.credit.forest.CreditFormula;
import dev.coppice.credit.forest.OptionSpec;
import dev.coppice.credit.forest.Options;
import dev.coppice.credit.group.Arpo;
import dev.coppice.credit.group.DrGrpo;
import dev.coppice.credit.group.Grpo;
import dev.coppice.credit.group.Rloo;
import dev.coppice.credit.group.TreeGrpo;
import dev.coppice.credit.group.TreePo;
import dev.coppice.credit.tool.ToolPo;
import dev.coppice.credit.tree.At2po;
import dev.coppice.credit.tree.Coppice;
import dev.coppice.credit.tree.Gigpo;
import dev.coppice.credit.tree.SpoChain;
import dev.coppice.credit.tree.SpoTree;
import dev.coppice.credit.tree.TreeRl;
import dev.coppice.credit.tree.VinePpo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Knows every estimator by name.
 *
 * @thread any; immutable.
 */
public final class Estimators {
  private static final Map<String, Entry> KNOWN = new LinkedHashMap<>();

  static {
    add("grpo", Grpo.OPTIONS, Grpo::new);
    add("rloo", Rloo.OPTIONS, Rloo::new);
    add("dr-grpo", DrGrpo.OPTIONS, DrGrpo::new);
    add("tree-grpo", TreeGrpo.OPTIONS, TreeGrpo::new);
    add("arpo", Arpo.OPTIONS, Arpo::new);
    add("treepo", TreePo.OPTIONS, TreePo::new);
    add("treerl", TreeRl.OPTIONS, TreeRl::new);
    add("spo-tree", SpoTree.OPTIONS, SpoTree::new);
    add("spo-chain", SpoChain.OPTIONS, SpoChain::new);
    add("vineppo", VinePpo.OPTIONS, VinePpo::new);
    add("gigpo", Gigpo.OPTIONS, Gigpo::new);
    add("at2po", At2po.OPTIONS, At2po::new);
    add("toolpo", ToolPo.OPTIONS, ToolPo::new);
    add("coppice", Coppice.OPTIONS, Coppice::new);
  }

  private Estimators() {}

  private static void add(
      final String name,
      final List<OptionSpec> options,
      final Function<Options, CreditFormula> maker) {
    KNOWN.put(name, new Entry(options, maker));
  }

  /**
   * Lists the names.
   *
   * @return the names, families together.
   */
  public static List<String> names() {
    return List.copyOf(KNOWN.keySet());
  }

  /**
   * Describes the options of an estimator.
   *
   * @param name of the estimator.
   * @return one text per option, for example {@code std=sample|none (default sample)}.
   * @throws IllegalArgumentException listing the known estimators.
   */
  public static List<String> options(final String name) {
    return find(name).options().stream().map(OptionSpec::describe).toList();
  }

  /**
   * Makes an estimator.
   *
   * @param name as {@code --estimator} takes it.
   * @param options as {@code --set key=value} gives them; those left out take their defaults.
   * @return the estimator.
   * @throws IllegalArgumentException listing the known estimators, or the known options and values.
   */
  public static AdvantageEstimator create(final String name, final Map<String, String> options) {
    final Entry entry = find(name);
    final Options checked = Options.of(name, options, entry.options());
    return new FormulaEstimator(name, checked, entry.maker().apply(checked));
  }

  private static Entry find(final String name) {
    final Entry entry = KNOWN.get(name);
    if (entry == null) {
      throw new IllegalArgumentException(
          "unknown estimator: estimator=" + name + "; known: " + String.join(", ", names()));
    }
    return entry;
  }

  private record Entry(List<OptionSpec> options, Function<Options, CreditFormula> maker) {}
}
