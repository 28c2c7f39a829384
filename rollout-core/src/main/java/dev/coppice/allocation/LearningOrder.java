package dev.coppice.allocation;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Has those who learn from groups see them in the order of starts, whoever ends first.
 *
 * <p>With W groups in flight, the group at place g is decided with what all groups up to place
 * {@code g - W} came to, and with nothing of those after it. So group g waits for group {@code
 * g - W}, and what it is given depends neither on the machine nor on the order of completion.
 *
 * @thread the engine thread.
 */
public final class LearningOrder {
  private final int inFlight;
  private final Consumer<GroupOutcome> learner;
  private final Map<Long, GroupOutcome> ended = new HashMap<>();
  private long learned;

  /**
   * Starts before the first group.
   *
   * @param inFlight W, the most groups that grow at the same time.
   * @param learner told of every group, or null where nobody learns.
   */
  public LearningOrder(final int inFlight, final Consumer<GroupOutcome> learner) {
    this.inFlight = inFlight;
    this.learner = learner;
  }

  /**
   * Returns whether all that the group at a place may know has come.
   *
   * @param place of the group in the order of starts.
   * @return true if the group may start.
   */
  public boolean mayStart(final long place) {
    return learner == null || learned > place - inFlight || allEnded(learned, place - inFlight);
  }

  private boolean allEnded(final long from, final long to) {
    for (long place = from; place <= to; place++) {
      if (!ended.containsKey(place)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Tells the learner all that the group at a place may know.
   *
   * @param place of the group that starts.
   */
  public void start(final long place) {
    while (learner != null && learned <= place - inFlight) {
      final GroupOutcome outcome = ended.remove(learned);
      if (outcome == null) {
        throw new IllegalStateException(
            "a group started before one it learns from had ended: place="
                + place
                + " open="
                + learned);
      }
      learner.accept(outcome);
      learned++;
    }
  }

  /**
   * Keeps what a group came to until those who may know it start.
   *
   * @param place of the group.
   * @param outcome of the group.
   */
  public void end(final long place, final GroupOutcome outcome) {
    if (learner != null) {
      ended.put(place, outcome);
    }
  }
}
