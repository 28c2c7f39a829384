package dev.coppice.decoder.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.draw.Copies;
import dev.coppice.model.Draws;
import dev.coppice.model.Quotes;
import dev.coppice.model.RunnerListener;
import dev.coppice.model.RunnerSession;
import dev.coppice.model.Work;
import dev.coppice.trajectory.SamplingSettings;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Versions that come faster than prefill do not stop trees that recompute. */
final class SwitchPaceTest implements RunnerListener {
  private final BatchRunner runner = Letters.runner(new BatchConfig(1, 4, 64, 4));
  private final Work work =
      new Work(
          new Work.Place(0, 0, 0),
          Copies.one(7),
          new int[] {1, 2, 3, 4, 5, 6, 7, 1, 2, 3},
          new Work.Terms(SamplingSettings.PLAIN, new Work.Stops(List.of(), List.of())));
  private int drawn;

  @Override
  public void quoted(final Quotes quotes) {
    assertEquals(1, quotes.rows());
  }

  @Override
  public void drawn(final Draws draws) {
    if (draws.count(0) > 0) {
      drawn++;
      work.prompt(false);
      work.append(draws.token(0, 0, 0));
      runner.submit(work.ask(1, 1));
    }
  }

  private boolean pass() {
    final int before = drawn;
    assertEquals(1, runner.poll(this));
    return drawn > before;
  }

  @Test
  void shouldWaitWithTheNextVersionUntilATokenWasSampled() {
    runner.begin(new RunnerSession(System::nanoTime, 0, true, 2, false));
    work.prompt(true);
    runner.submit(work.ask(1, 1));
    assertFalse(pass());

    for (int version = 1; version < 5; version++) {
      assertTrue(runner.mayAdopt(), "version=" + version);
      runner.adopt(runner.load(Path.of("v" + version)), version);
      while (!pass()) {
        assertFalse(runner.mayAdopt(), "version=" + version);
      }
    }
    assertEquals(4, drawn);
    assertEquals(4, runner.policyVersion());
  }
}
