package dev.coppice.allocation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Has those who learn from groups see them in the order of their numbers, wherever they ended.
 *
 * <p>Where a fleet of engines numbers the groups, group g is decided with what all groups up to number
 * {@code g - W} came to and with nothing of those after it, whichever engines grew them. That is what
 * {@link LearningOrder} gives the group at place g of one engine alone, so both decide the same.
 *
 * <p>A group may be issued again after others that came later: it needs a learner that has seen less
 * than the present one. Learners cannot unlearn, so every lesson is kept, and such a group is decided
 * by one that begins anew; those that follow it upwards go on with that one.
 *
 * @param <L> what decides.
 * @thread the engine thread.
 * @cost O(1) lessons a group; O(g) for a group that comes again. Memory for every lesson.
 */
public final class NumberedLessons<L extends NumberedLessons.Learner> {
  private static final GroupOutcome NOTHING = new GroupOutcome(0, List.of());

  private final int behind;
  private final Supplier<L> fresh;
  private final List<GroupOutcome> known = new ArrayList<>();
  private final Map<Long, GroupOutcome> early = new HashMap<>();
  private final Position<L> newest;
  private Position<L> again;

  /** Decides on groups, and learns from them. */
  public interface Learner {
    /**
     * Takes in a group that ended.
     *
     * @param outcome of the group.
     */
    void learn(GroupOutcome outcome);

    /**
     * Decides on a group, called for every number in order, also for those of other engines.
     *
     * @param number of the group.
     */
    void decide(long number);
  }

  /** Holds a learner, and the number it decides on next. */
  private static final class Position<L> {
    private final L learner;
    private long next;

    private Position(final L learner) {
      this.learner = learner;
    }
  }

  /**
   * Starts before the first group.
   *
   * @param behind W, the numbers between a group and the newest it learns from, at least 1.
   * @param fresh makes learners that have learned nothing.
   */
  public NumberedLessons(final int behind, final Supplier<L> fresh) {
    if (behind < 1) {
      throw new IllegalArgumentException("behind must be at least 1: behind=" + behind);
    }
    this.behind = behind;
    this.fresh = fresh;
    this.newest = new Position<>(fresh.get());
  }

  /**
   * Returns whether all that a group may know has come; what holds for a group holds for all before.
   *
   * @param number of the group.
   * @return true if the group may start.
   */
  public boolean mayStart(final long number) {
    return number - behind < known.size();
  }

  /**
   * Brings a learner to where it has decided on a group, with what the group may know.
   *
   * @param number of the group that starts.
   * @return the learner; valid until the next call.
   * @throws IllegalStateException if the group may not start.
   */
  public L start(final long number) {
    if (!mayStart(number)) {
      throw new IllegalStateException(
          "a group started before one it learns from had ended: number="
              + number
              + " open="
              + known.size());
    }
    final Position<L> position = positionFor(number);
    for (; position.next <= number; position.next++) {
      final long taught = position.next - behind;
      if (taught >= 0 && known.get((int) taught) != NOTHING) {
        position.learner.learn(known.get((int) taught));
      }
      position.learner.decide(position.next);
    }
    return position.learner;
  }

  private Position<L> positionFor(final long number) {
    if (newest.next <= number) {
      return newest;
    }
    if (again == null || again.next > number) {
      again = new Position<>(fresh.get());
    }
    return again;
  }

  /**
   * Keeps what a group came to; taken twice, the first counts.
   *
   * @param number of the group.
   * @param outcome of the group, or null for one that nobody grew to its end.
   */
  public void take(final long number, final GroupOutcome outcome) {
    if (number < known.size()) {
      return;
    }
    early.putIfAbsent(number, outcome == null ? NOTHING : outcome);
    for (GroupOutcome next = early.remove((long) known.size());
        next != null;
        next = early.remove((long) known.size())) {
      known.add(next);
    }
  }
}
