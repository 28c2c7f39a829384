package dev.coppice.credit.rho;

import java.util.List;

/**
 * Gathers the groups of one task, for {@link EffectiveSize}.
 *
 * @thread one writer.
 */
public final class GroupSamples {
  private final TaskMoments drawn = new TaskMoments();
  private final TaskMoments whole = new TaskMoments();
  private int groups;
  private boolean forked;
  private boolean divided;

  /**
   * Adds a group.
   *
   * @param trees of the group; none with a reward adds nothing.
   */
  public void add(final List<TreeMoments> trees) {
    boolean valued = false;
    for (final TreeMoments tree : trees) {
      drawn.add(tree);
      whole.add(tree.whole());
      valued |= tree.draws() > 0;
      forked |= tree.share() < 1;
      divided |= tree.draws() > 1;
    }
    groups += valued ? 1 : 0;
  }

  /** Returns the moments of single draws; right where they are independent. */
  TaskMoments drawn() {
    return drawn;
  }

  /** Returns the moments of whole trees; right however draws are divided. */
  TaskMoments whole() {
    return whole;
  }

  /** Returns the number of groups with a reward. */
  int groups() {
    return groups;
  }

  /** Returns whether some draw brought several samples. */
  boolean isForked() {
    return forked;
  }

  /** Returns whether some tree stands for several draws. */
  boolean isDivided() {
    return divided;
  }
}
