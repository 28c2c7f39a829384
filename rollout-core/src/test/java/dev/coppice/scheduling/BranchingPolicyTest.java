package dev.coppice.scheduling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BranchingPolicyTest {

  @Test
  void fixedShouldForkBeforeTheTurnsItNamesAlone() {
    final FixedPolicy policy =
        new FixedPolicy(
            List.of(new FixedPolicy.Place(true, 0, 4), new FixedPolicy.Place(true, 1, 2)));
    final BranchPoint point = new BranchPoint().atTree(1, 3, 6);

    final int[] children = new int[6];
    for (int turn = 0; turn < 6; turn++) {
      children[turn] = policy.childrenAtTurn(point.atToken(0, turn, 0));
    }

    assertArrayEquals(new int[] {1, 1, 1, 4, 2, 1}, children);
  }

  @Test
  void entropyShouldForkOnceATurnAndNoMoreOftenThanItsList() {
    final EntropyPolicy policy = new EntropyPolicy(0.5, new int[] {4, 2});
    final BranchPoint point = new BranchPoint().atTree(1, 0, 4).atToken(0, 2, 3);

    assertEquals(1, policy.childrenAtToken(point.afterForks(0, -1), 0.49));
    assertEquals(4, policy.childrenAtToken(point.afterForks(0, -1), 0.5));
    assertEquals(1, policy.childrenAtToken(point.afterForks(1, 2), 3.0));
    assertEquals(2, policy.childrenAtToken(point.afterForks(1, 1), 3.0));
    assertEquals(1, policy.childrenAtToken(point.afterForks(2, 1), 3.0));
  }

  @Test
  void entropyShouldGiveAnOpenChoiceMoreChildrenThanANarrowOne() {
    final EntropyPolicy policy = new EntropyPolicy(0.3, new int[] {12}, 3.0);
    final BranchPoint point = new BranchPoint().atTree(1, 0, 4).atToken(0, 2, 3).afterForks(0, -1);

    assertEquals(1, policy.childrenAtToken(point, 0.29));
    assertEquals(4, policy.childrenAtToken(point, 0.3));
    assertEquals(8, policy.childrenAtToken(point, 1.0));
    assertEquals(12, policy.childrenAtToken(point, 3.0));
    assertEquals(1, policy.childrenAtToken(point.afterForks(1, 1), 3.0));
  }

  @Test
  void entropyShouldRefuseAThresholdThatIsNotPositive() {
    assertThrows(
        IllegalArgumentException.class, () -> new EntropyPolicy(Double.NaN, new int[] {2}));
    assertThrows(IllegalArgumentException.class, () -> new EntropyPolicy(0, new int[] {2}));
  }

  @Test
  void treeGrpoShouldGrowOnePlusNTimesLLeavesWhenEveryChainIsOfTypicalLength() {
    for (int n = 1; n <= 4; n++) {
      for (int l = 1; l <= 3; l++) {
        final TreeGrpoPolicy policy = new TreeGrpoPolicy(n, l);
        for (long key = 0; key < 200; key++) {
          assertEquals(1 + n * l, leaves(policy, key, 5), "n=" + n + " l=" + l + " key=" + key);
        }
      }
    }
  }

  @Test
  void treeGrpoShouldPickEveryTurnAboutEquallyOften() {
    final TreeGrpoPolicy policy = new TreeGrpoPolicy(1, 1);
    final int[] picked = new int[5];

    for (long key = 0; key < 50_000; key++) {
      final BranchPoint point = new BranchPoint().atTree(key, 0, 5);
      for (int turn = 0; turn < 5; turn++) {
        picked[turn] += policy.childrenAtTurn(point.atToken(0, turn, 0)) - 1;
      }
    }

    for (final int count : picked) {
      assertEquals(10_000, count, 450, "five standard deviations");
    }
  }

  @Test
  void leasesShouldNeverSpendWhatAParentDoesNotHave() {
    final BudgetLease run = BudgetLease.root(10);
    final BudgetLease group = run.child(8);
    final BudgetLease other = run.child(Long.MAX_VALUE);

    assertTrue(group.spend(8));
    assertTrue(!group.spend(1));
    assertTrue(!other.spend(3));
    assertTrue(other.spend(2));
    other.giveBack(1);
    assertEquals(1, run.remaining());
    assertEquals(9, run.spent());
    assertThrows(IllegalStateException.class, () -> other.giveBack(2));
  }

  /** Walks a tree whose chains all have the same number of turns, as the engine would. */
  private static int leaves(final TreeGrpoPolicy policy, final long key, final int turns) {
    record Walk(long tag, int turn) {}

    final ArrayDeque<Walk> open = new ArrayDeque<>();
    open.add(new Walk(0, 0));
    int leaves = 0;
    while (!open.isEmpty()) {
      final Walk walk = open.poll();
      if (walk.turn() == turns) {
        leaves++;
        continue;
      }
      final BranchPoint point =
          new BranchPoint().atTree(key, 0, turns).atToken(walk.tag(), walk.turn(), 0);
      final int children = policy.childrenAtTurn(point);
      open.add(new Walk(walk.tag(), walk.turn() + 1));
      for (int child = 1; child < children; child++) {
        open.add(new Walk(policy.childTag(point, child), walk.turn() + 1));
      }
    }
    return leaves;
  }
}
