package dev.coppice.engine;

import dev.coppice.core.Event;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A call that ends while its deadline passes: an answer that counts leaves no interrupt behind. */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "answered in time")
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "cancelled before it began")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "cancelled and interrupted")
@Outcome(expect = Expect.FORBIDDEN, desc = "answered, and the thread interrupted afterwards")
@State
public class CancelStress {
  private final ToolWorkers.Running running =
      new ToolWorkers.Running(new Event.Ticket(0, 1), null, true);

  /** Works. */
  @Actor
  public void worker(final II_Result result) {
    running.begin();
    result.r1 = running.finish() ? 1 : 0;
    result.r2 = Thread.interrupted() ? 1 : 0;
  }

  /** Gives up. */
  @Actor
  public void deadline() {
    running.cancel();
  }
}
