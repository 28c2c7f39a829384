package dev.coppice.credit.forest;

import java.util.List;

/**
 * Fills a sheet with the advantages one paper or one code base would give.
 *
 * @thread any; implementations keep nothing between calls.
 * @cost O(nodes + leaves), nothing per token.
 */
public interface CreditFormula {
  /**
   * Scores a group.
   *
   * @param forest the group.
   * @param sheet empty, to be filled.
   */
  void score(Forest forest, CreditSheet sheet);

  /**
   * Says in a few lines which values, counts, weights and baseline a node's advantage came from.
   *
   * @param forest the group.
   * @param sheet as this formula filled it.
   * @param node of the forest, sampled and scored.
   * @return lines for a person.
   */
  List<String> explain(Forest forest, CreditSheet sheet, int node);
}
