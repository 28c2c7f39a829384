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

/** Two writers of the inbox: nothing lost, nothing twice, each writer in order. */
@JCStressTest
@Outcome(id = "3, 1", expect = Expect.ACCEPTABLE, desc = "three messages, in each writer's order")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost, doubled, torn or out of order")
@State
public class InboxStress {
  private final Inbox inbox = new Inbox(4, 60_000_000_000L);
  private final List<Object> taken = new ArrayList<>();

  /** Two values written before they are published. */
  static final class Message {
    final int writer;
    int number;

    Message(final int writer, final int number) {
      this.writer = writer;
      this.number = number;
    }
  }

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
    inbox.publish(new Message(1, 1));
    inbox.publish(new Message(1, 2));
  }

  /** Writes one. */
  @Actor
  public void second() {
    inbox.publish(new Message(2, 1));
  }

  /** Reads the rest and judges. */
  @Arbiter
  public void judge(final II_Result result) {
    poll();
    final int[] last = new int[3];
    boolean inOrder = true;
    for (final Object each : taken) {
      if (each instanceof Message message) {
        inOrder &= message.number == ++last[message.writer];
      } else {
        inOrder = false;
      }
    }
    result.r1 = taken.size();
    result.r2 = inOrder ? 1 : 0;
  }
}
