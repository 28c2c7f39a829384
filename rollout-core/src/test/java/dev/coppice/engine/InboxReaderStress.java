package dev.coppice.engine;

import java.util.ArrayList;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A writer and the reader of the inbox: nothing lost, nothing twice, nothing torn, in order. */
@JCStressTest
@Outcome(id = "2, 1", expect = Expect.ACCEPTABLE, desc = "two messages in order")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost, doubled, torn or out of order")
@State
public class InboxReaderStress {
  private final Inbox inbox = new Inbox(4, 60_000_000_000L);
  private final List<Object> taken = new ArrayList<>();

  private void poll() {
    try {
      inbox.poll(taken::add);
    } catch (final Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes two. */
  @Actor
  public void first() {
    inbox.publish(new InboxStress.Message(1, 1));
    inbox.publish(new InboxStress.Message(1, 2));
  }

  /** Reads what there is. */
  @Actor
  public void reader() {
    poll();
  }

  /** Reads the rest and judges. */
  @Arbiter
  public void judge(final II_Result result) {
    poll();
    final int[] last = new int[3];
    boolean inOrder = true;
    for (final Object each : taken) {
      if (each instanceof InboxStress.Message message) {
        inOrder &= message.number == ++last[message.writer];
      } else {
        inOrder = false;
      }
    }
    result.r1 = taken.size();
    result.r2 = inOrder ? 1 : 0;
  }
}
