package dev.coppice.bridge.outbox;

import java.util.ArrayList;
import java.util.List;

/**
 * Answers a request for groups.
 *
 * @param first the number of the first group.
 * @param count of groups, numbered in a row.
 * @param repeated whether the same request had been made before.
 */
public record Submission(long first, int count, boolean repeated) {
  /**
   * Asks for groups, by a name that makes asking twice harmless.
   *
   * @param name of the request, 1 to {@value #MAX_CHARS} characters.
   * @param first number of the groups, which follow in a row; {@link #NEXT} for the next ones.
   * @param tasks one per group; of the next ones of a set, null.
   * @param count of groups.
   * @param taskCount of the set the next tasks are taken from, round and round.
   */
  record Request(String name, long first, List<Integer> tasks, int count, int taskCount) {
    /** Stands for the numbers after those of all groups so far. */
    static final long NEXT = -1;

    private static final int MAX_CHARS = 1024;

    Request {
      if (name.isEmpty() || name.length() > MAX_CHARS) {
        throw new IllegalArgumentException(
            "a request is named by 1 to " + MAX_CHARS + " characters: " + name.length());
      }
      if (count < 1 || count > Outbox.MAX_REQUEST_GROUPS) {
        throw new IllegalArgumentException(
            "a request asks for 1 to " + Outbox.MAX_REQUEST_GROUPS + " groups: count=" + count);
      }
    }

    /** Asks for groups of tasks. */
    static Request of(final String name, final long first, final List<Integer> tasks) {
      return new Request(name, first, tasks, tasks.size(), 0);
    }

    /** Asks for groups of the next tasks of a set. */
    static Request ofNext(final String name, final int count, final int taskCount) {
      return new Request(name, NEXT, null, count, taskCount);
    }

    /** Gives the groups their numbers and tasks. */
    OutboxRecord.Submitted numbered(final OutboxState state) {
      final long number = first == NEXT ? state.nextGroup() : first;
      for (long group = number; group < number + count; group++) {
        if (state.open(group) != null) {
          throw new IllegalArgumentException("group " + group + " is here and has not ended");
        }
      }
      final List<Integer> numbered = new ArrayList<>(count);
      for (int place = 0; place < count; place++) {
        numbered.add(
            tasks == null ? (int) ((state.cursor() + place) % taskCount) : tasks.get(place));
      }
      return new OutboxRecord.Submitted(
          name, number, numbered, state.cursor() + (tasks == null ? count : 0));
    }
  }
}
