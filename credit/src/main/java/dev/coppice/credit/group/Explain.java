package dev.coppice.credit.group;

import dev.coppice.credit.forest.CreditSheet;
import dev.coppice.credit.forest.Forest;
import dev.coppice.credit.forest.SharedValue;
import java.util.Locale;

/** Says how leaf scalars became the value of a node. */
final class Explain {
  private static final int SHOWN = 8;

  private Explain() {}

  static String leaves(
      final Forest forest, final CreditSheet sheet, final int node, final SharedValue shared) {
    final StringBuilder text = new StringBuilder();
    text.append(shared == SharedValue.SUM ? "sum" : "mean").append(" of its leaves' advantages:");
    final int start = forest.leafStart(node);
    final int end = forest.leafEnd(node);
    for (int l = start; l < Math.min(end, start + SHOWN); l++) {
      text.append(
          Double.isNaN(sheet.leaf(l))
              ? " unscored"
              : String.format(Locale.ROOT, " %.6g (reward %.6g)", sheet.leaf(l), forest.reward(l)));
    }
    return end - start > SHOWN
        ? text.append(" and ").append(end - start - SHOWN).append(" more").toString()
        : text.toString();
  }
}
