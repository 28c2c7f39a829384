package dev.coppice.engine;

import dev.coppice.core.Event;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.function.Consumer;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * Knows the tool calls and scorings that have not come back, in the order of their deadlines.
 *
 * @thread the engine thread.
 */
final class CallsUnderWay {
  private final long deadlineNs;
  private final Int2ObjectHashMap<ToolWorkers.Running> byBranch = new Int2ObjectHashMap<>();
  private final LinkedHashSet<ToolWorkers.Running> byDeadline = new LinkedHashSet<>();

  CallsUnderWay(final long deadlineNs) {
    this.deadlineNs = deadlineNs;
  }

  int size() {
    return byBranch.size();
  }

  void started(final ToolWorkers.Running work) {
    byBranch.put(work.ticket.branch(), work);
    byDeadline.add(work);
  }

  /** Whether work is still waited for. */
  boolean awaits(final Event.Ticket ticket) {
    final ToolWorkers.Running work = byBranch.get(ticket.branch());
    return work != null && work.ticket.equals(ticket);
  }

  /** Forgets work that came back; false if it had been given up before. */
  boolean settled(final Event.Ticket ticket) {
    if (!awaits(ticket)) {
      return false;
    }
    byDeadline.remove(byBranch.remove(ticket.branch()));
    return true;
  }

  /** Hands over the work whose deadline has passed; it is waited for until it is settled. */
  int expire(final long nowNs, final Consumer<ToolWorkers.Running> receiver) {
    int expired = 0;
    for (Iterator<ToolWorkers.Running> it = byDeadline.iterator(); it.hasNext(); expired++) {
      final ToolWorkers.Running oldest = it.next();
      if (nowNs < oldest.dueNs(deadlineNs)) {
        break;
      }
      it.remove();
      receiver.accept(oldest);
    }
    return expired;
  }

  /** Returns what a call that was given up at its deadline came to. */
  Event timedOut(final ToolWorkers.Running work) {
    return work.isCall
        ? ToolWorkers.timedOut(work, deadlineNs)
        : ToolWorkers.unscored(
            work, "timeout", "no answer within " + deadlineNs / 1_000_000 + " ms");
  }

  /** Hands over everything that has no result yet. */
  void forEach(final Consumer<ToolWorkers.Running> receiver) {
    byDeadline.forEach(receiver);
  }
}
