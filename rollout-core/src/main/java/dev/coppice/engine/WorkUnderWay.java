package dev.coppice.engine;

import dev.coppice.core.Event;
import dev.coppice.model.Draws;
import dev.coppice.model.ModelRunner;
import dev.coppice.model.Quotes;
import dev.coppice.model.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * Knows the work the model has not answered, and when to wait for it no longer.
 *
 * @thread the engine thread.
 */
final class WorkUnderWay {
  private static final int LOOKS_PER_DEADLINE = 16;
  private static final int FIRST_TICKET = 1;
  private static final long ANSWERED = Long.MAX_VALUE;
  private static final long HEARD = Long.MAX_VALUE;

  private final long answerWithinNs;
  private final Int2ObjectHashMap<Work> byBranch = new Int2ObjectHashMap<>();
  private final List<Work> overdue = new ArrayList<>();
  private long lookAtNs = Long.MIN_VALUE;
  private long unheardSinceNs = HEARD;

  WorkUnderWay(final long answerWithinNs) {
    this.answerWithinNs = answerWithinNs;
  }

  private boolean isTimed() {
    return answerWithinNs != ModelRunner.Traits.ALWAYS_ANSWERS;
  }

  void submitted(final Work work, final long nowNs) {
    if (work.ticket() == FIRST_TICKET) {
      byBranch.put(work.branch(), work);
    }
    work.submittedAt(nowNs);
  }

  /** Books how long branches waited before the model took them up. */
  void quoted(final Quotes quotes, final long nowNs, final EngineGauge gauge) {
    for (int row = 0; row < quotes.rows(); row++) {
      final Work work = byBranch.get(quotes.branch(row));
      if (work != null && quotes.samples(row) > 0) {
        gauge.waited(nowNs - work.submittedNs());
      }
    }
  }

  void answered(final Draws draws) {
    if (!isTimed()) {
      return;
    }
    for (int row = 0; row < draws.rows(); row++) {
      final Work work = byBranch.get(draws.branch(row));
      final boolean isEnd = draws.count(row) > 0 || draws.failure(row) != null;
      if (work != null && isEnd && work.ticket() == draws.ticket(row)) {
        work.submittedAt(ANSWERED);
      }
    }
  }

  /** Notes that nobody listens to the model now; answers nothing done. */
  int unheard(final long nowNs) {
    unheardSinceNs = Math.min(unheardSinceNs, nowNs);
    return 0;
  }

  /** Listens again: the time in which nobody did counts against no deadline. */
  void heard(final long nowNs) {
    if (unheardSinceNs != HEARD && isTimed()) {
      for (final Work work : byBranch.values()) {
        if (work.submittedNs() != ANSWERED) {
          work.submittedAt(nowNs - Math.max(0, unheardSinceNs - work.submittedNs()));
        }
      }
    }
    unheardSinceNs = HEARD;
  }

  void released(final int branch) {
    byBranch.remove(branch);
  }

  /** Gives up the work that has waited too long. */
  int expire(final long nowNs, final Consumer<Event> receiver) {
    if (!isTimed() || nowNs < lookAtNs) {
      return 0;
    }
    lookAtNs = nowNs + answerWithinNs / LOOKS_PER_DEADLINE;
    for (final Work work : byBranch.values()) {
      if (work.submittedNs() != ANSWERED && nowNs - work.submittedNs() >= answerWithinNs) {
        overdue.add(work);
      }
    }
    for (final Work work : overdue) {
      receiver.accept(
          new Event.WorkExpired(work.branch(), work.ticket(), nowNs - work.submittedNs()));
    }
    final int expired = overdue.size();
    overdue.clear();
    return expired;
  }
}
