package dev.coppice.scheduling;

import dev.coppice.rollout.BudgetConfig;
import java.util.HashMap;
import java.util.Map;

/**
 * Splits a budget over groups so that it comes out even and does not depend on who is faster.
 *
 * <p>Groups form W lanes, W being the groups in flight: group {@code i} follows group {@code i - W}.
 * Each is allowed {@code budget/groups} tokens plus what its lane left over or less what it overdrew,
 * and starts a tree when at least half of the lane's mean cost is left: lanes err to both sides and
 * carry the error on. The last group of a lane has nobody to carry to, so it waits until all other
 * groups have ended. Then the rest of the budget is dealt to the waiting groups in order, one tree
 * each and wave after wave, keeping back enough for the dearest tree seen, so that the hard limit is
 * hardly ever what ends a branch.
 *
 * @unit computed tokens.
 * @thread the engine thread.
 */
public final class BudgetSplit {
  private final BudgetConfig budget;
  private final int lanes;
  private final boolean wholeTrees;
  private final Map<Long, Share> ended = new HashMap<>();
  private long dearest;
  private long spent;
  private long trees;

  /**
   * Starts before the first group.
   *
   * @param budget to split.
   * @param lanes the number of groups in flight.
   * @param wholeTrees whether a tree is meant to take a group's whole share, as one of all its
   *     samples is.
   */
  public BudgetSplit(final BudgetConfig budget, final int lanes, final boolean wholeTrees) {
    this.budget = budget;
    this.lanes = lanes;
    this.wholeTrees = wholeTrees;
  }

  /** What a group may spend, and what its lane has seen. */
  public static final class Share {
    private final long place;
    private final boolean last;
    private final boolean wholeTrees;
    private long ownTrees;
    private long left;
    private long laneCost;
    private long laneTrees;

    private Share(final long place, final boolean last, final boolean wholeTrees, final long left) {
      this.place = place;
      this.last = last;
      this.wholeTrees = wholeTrees;
      this.left = left;
    }

    /**
     * Says whether the group is the last of its lane.
     *
     * @return true if nobody comes after it.
     */
    public boolean isLast() {
      return last;
    }

    /**
     * Says whether what is left is worth another tree to a group that has a successor.
     *
     * <p>Half a tree is rounded up. Where one tree is meant to take the whole share, that would give
     * groups none after an expensive one and two after a cheap one, so there the first needs anything
     * left and another a whole one's mean.
     *
     * @return true if the group may start a tree.
     */
    public boolean allowsTree() {
      if (laneTrees == 0) {
        return left > 0;
      }
      final long mean = Math.max(1, laneCost / laneTrees);
      if (wholeTrees) {
        return ownTrees == 0 ? left > 0 : left >= mean;
      }
      return left >= (mean + 1) / 2;
    }
  }

  /**
   * Returns whether there is a budget to split.
   *
   * @return true if there is.
   */
  public boolean isLimited() {
    return budget.isLimited();
  }

  /**
   * Returns whether the group before it in its lane has ended.
   *
   * @param place of the group in the order of starts.
   * @return true if the group may start.
   */
  public boolean mayStart(final long place) {
    return place < lanes || ended.containsKey(place - lanes);
  }

  /**
   * Starts a group.
   *
   * @param place of the group in the order of starts.
   * @return what it may spend.
   */
  public Share start(final long place) {
    final Share before = ended.remove(place - lanes);
    final long share = budget.computedTokens() / budget.groups();
    final Share own =
        new Share(
            place,
            place >= budget.groups() - lanes,
            wholeTrees,
            share + (before == null ? 0 : before.left));
    if (before != null) {
      own.laneCost = before.laneCost;
      own.laneTrees = before.laneTrees;
    }
    return own;
  }

  /**
   * Books a tree.
   *
   * @param share of its group.
   * @param cost of the tree.
   */
  public void treeEnded(final Share share, final long cost) {
    restored(share, cost, 1);
    dearest = Math.max(dearest, cost);
  }

  /**
   * Books trees that an earlier process made.
   *
   * @param share of their group.
   * @param cost of the trees.
   * @param treeCount the number of them.
   */
  public void restored(final Share share, final long cost, final int treeCount) {
    share.left -= cost;
    share.laneCost += cost;
    share.laneTrees += treeCount;
    share.ownTrees += treeCount;
    spent += cost;
    trees += treeCount;
    dearest = Math.max(dearest, treeCount == 0 ? 0 : cost / treeCount);
  }

  /**
   * Ends a group; what it left or owes goes to its successor.
   *
   * @param share of the group.
   */
  public void end(final Share share) {
    ended.put(share.place, share);
  }

  /**
   * Answers how many more trees the rest of the budget surely pays for.
   *
   * @param most to be asked for.
   * @return the number of trees, at most {@code most}.
   */
  public int affordableTrees(final int most) {
    final long rest = budget.computedTokens() - spent;
    final double mean = trees == 0 ? 1 : (double) spent / trees;
    int affordable = 0;
    while (affordable < most
        && (affordable + 1) * mean + dearest * (0.5 + 0.5 * Math.sqrt(affordable + 1.0)) <= rest) {
      affordable++;
    }
    return affordable;
  }
}
