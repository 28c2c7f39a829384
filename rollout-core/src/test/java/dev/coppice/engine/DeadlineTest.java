package dev.coppice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.fixture.LetterWorld;
import dev.coppice.fixture.ScriptedRunner;
import dev.coppice.fixture.TestRun;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.GroupResult;
import dev.coppice.trajectory.LeafStatus;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A model's deadline counts the time in which it was asked for answers, and no other. */
final class DeadlineTest {
  private static final long DEADLINE_MS = 100;
  private static final ScriptedRunner.Manners TIMED =
      new ScriptedRunner.Manners(3, 64, 0, 0, false, DEADLINE_MS * 1_000_000);

  private static long unanswered(final Map<Integer, GroupResult> results) {
    return results.values().stream()
        .flatMap(result -> result.group().trees().stream())
        .flatMap(tree -> tree.leaves().stream())
        .filter(leaf -> leaf.status() == LeafStatus.INFRA_FAILED)
        .count();
  }

  @Test
  void aPauseDoesNotCountAgainstTheModel() throws InterruptedException {
    final Map<Integer, GroupResult> results =
        new TestRun()
            .runner(ScriptedRunner.letters(TIMED))
            .onStart(
                engine -> {
                  engine.pause().join();
                  CompletableFuture.delayedExecutor(4 * DEADLINE_MS, TimeUnit.MILLISECONDS)
                      .execute(engine::resume);
                })
            .run();

    assertEquals(8, results.size());
    assertEquals(0, unanswered(results));
  }

  @Test
  void aToolThatHoldsUpALockstepRunDoesNotCountAgainstTheModel() throws InterruptedException {
    final LetterWorld slow =
        new LetterWorld(
            99,
            (text, calls) -> {
              new CountDownLatch(1).await(2 * DEADLINE_MS, TimeUnit.MILLISECONDS);
              return null;
            });
    final Map<Integer, GroupResult> results =
        new TestRun().world(slow).runner(ScriptedRunner.letters(TIMED)).inLockstep().run();

    assertEquals(8, results.size());
    assertEquals(0, unanswered(results));
  }

  @Test
  void workThatIsLostIsGivenUpWhereOthersArePausedTwice() throws InterruptedException {
    final ScriptedRunner.Manners losing =
        new ScriptedRunner.Manners(1, 64, 0, 1.0, false, DEADLINE_MS * 1_000_000);
    final long startNs = System.nanoTime();
    final Map<Integer, GroupResult> results =
        new TestRun()
            .capacity(new EngineConfig.Capacity(8, 64, 0))
            .runner(ScriptedRunner.letters(losing))
            .onStart(
                engine ->
                    CompletableFuture.runAsync(
                        () -> {
                          for (int i = 0; i < 2; i++) {
                            engine.pause().join();
                            engine.resume().join();
                          }
                        }))
            .run();

    assertEquals(8, results.size());
    assertTrue(unanswered(results) > 0);
    assertTrue(System.nanoTime() - startNs >= DEADLINE_MS * 1_000_000);
  }
}
