package dev.coppice.scheduling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.rollout.BudgetConfig;
import org.junit.jupiter.api.Test;

/** When a group may start a tree, and when another. */
final class BudgetSplitTest {
  private static final BudgetConfig BUDGET = new BudgetConfig(100_000, 100, 1);

  private static BudgetSplit.Share after(final BudgetSplit split, final long... costs) {
    BudgetSplit.Share share = split.start(0);
    for (int i = 0; i < costs.length; i++) {
      split.treeEnded(share, costs[i]);
      split.end(share);
      share = split.start(i + 1);
    }
    return share;
  }

  @Test
  void halfATreeIsRoundedUpWhereTreesAreSmall() {
    // Shares of 1,000: after 1,600 there are 400 left, less than half of the mean.
    assertFalse(after(new BudgetSplit(BUDGET, 1, false), 1_600).allowsTree());
    // After 1,300 there are 700 left.
    assertTrue(after(new BudgetSplit(BUDGET, 1, false), 1_300).allowsTree());
  }

  @Test
  void aGroupWhoseTreeIsItsWholeShareGetsOneAfterAnExpensiveOne() {
    assertTrue(after(new BudgetSplit(BUDGET, 1, true), 1_600).allowsTree());
    assertFalse(after(new BudgetSplit(BUDGET, 1, true), 2_100).allowsTree(), "it owes too much");
  }

  @Test
  void itGetsAnotherOnlyWithAWholeOneLeft() {
    final BudgetSplit split = new BudgetSplit(BUDGET, 1, true);
    final BudgetSplit.Share share = after(split, 900);
    split.treeEnded(share, 300);
    assertTrue(share.allowsTree(), "800 are left, and trees cost 600");
    split.treeEnded(share, 500);
    assertFalse(share.allowsTree(), "300 are left, and trees cost 567");
  }

  @Test
  void lanesCarryOnWhatIsLeft() {
    final BudgetSplit split = new BudgetSplit(BUDGET, 2, true);
    assertTrue(split.mayStart(1));
    assertFalse(split.mayStart(2));
    split.end(split.start(0));
    assertTrue(split.mayStart(2));
    assertEquals(true, split.start(2).allowsTree());
  }
}
