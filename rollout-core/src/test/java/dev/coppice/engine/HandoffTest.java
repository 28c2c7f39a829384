package dev.coppice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.core.Core;
import dev.coppice.core.State;
import dev.coppice.fixture.LetterTokenizer;
import dev.coppice.fixture.LetterWorld;
import dev.coppice.fixture.ScriptedRunner;
import dev.coppice.fixture.TestRun;
import dev.coppice.scheduling.ChainPolicy;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What the engine thread hands to others arrives whole and once. */
final class HandoffTest {
  private static final int TASKS = 100_000;

  @Test
  void shouldRunEveryTaskOnceAndShowItWhatWasWrittenBefore() throws InterruptedException {
    final AtomicIntegerArray runs = new AtomicIntegerArray(TASKS);
    final int[] written = new int[TASKS];
    final AtomicLong wrong = new AtomicLong();
    final CountDownLatch left = new CountDownLatch(TASKS);
    try (ExecutorService threads = Executors.newFixedThreadPool(2);
        Dispatcher dispatcher = new Dispatcher(threads)) {
      for (int i = 0; i < TASKS; i++) {
        final int task = i;
        written[task] = task + 1;
        dispatcher.execute(
            () -> {
              runs.incrementAndGet(task);
              wrong.addAndGet(written[task] == task + 1 ? 0 : 1);
              left.countDown();
            });
      }
      assertTrue(left.await(30, TimeUnit.SECONDS), "left=" + left.getCount());
    }

    assertEquals(0, wrong.get());
    for (int i = 0; i < TASKS; i++) {
      assertEquals(1, runs.get(i), "task=" + i);
    }
  }

  @Test
  void shouldPublishCountersThatBelongTogether() throws InterruptedException {
    final AtomicLong nowNs = new AtomicLong();
    final EngineGauge gauge = new EngineGauge(nowNs::get);
    final Core core =
        new Core(
            new TestRun().config(),
            new State.World(
                new ChainPolicy(),
                new LetterTokenizer(),
                LetterWorld.calm(1).dialect(),
                ScriptedRunner.letters(ScriptedRunner.Manners.BEST).traits()));
    final AtomicLong torn = new AtomicLong();
    final CountDownLatch reading = new CountDownLatch(1);
    final Thread reader =
        Thread.ofPlatform()
            .start(
                () -> {
                  EngineStats stats = gauge.stats();
                  while (stats.tokens().decoded() < 20_000) {
                    final boolean whole =
                        stats.forks() == 2 * stats.tokens().decoded()
                            && stats.runner("evicted") == 3 * stats.tokens().decoded();
                    torn.addAndGet(whole ? 0 : 1);
                    reading.countDown();
                    stats = gauge.stats();
                  }
                });
    assertTrue(reading.await(10, TimeUnit.SECONDS));
    core.counters().groupsOpen = 1;
    for (int i = 1; i <= 20_000; i++) {
      core.counters().decoded = i;
      core.counters().forks = 2L * i;
      nowNs.set(i);
      gauge.groupDone(core.counters(), Map.of("evicted", 3L * i));
    }
    reader.join(30_000);

    assertEquals(0, torn.get());
  }
}
