package dev.coppice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.fixture.LetterPolicy;
import dev.coppice.fixture.LetterTokenizer;
import dev.coppice.fixture.LetterWorld;
import dev.coppice.fixture.ScriptedRunner;
import dev.coppice.fixture.TestRun;
import dev.coppice.fixture.WatchedRunner;
import dev.coppice.model.ModelRunner;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.GroupRequest;
import dev.coppice.scheduling.BranchingPolicy;
import dev.coppice.scheduling.ChainPolicy;
import dev.coppice.scheduling.EntropyPolicy;
import dev.coppice.scheduling.FixedPolicy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** What an engine owes others when it ends: worlds are closed, threads end, nobody waits for ever. */
final class EngineEndTest {
  private static final long SOON_S = 30;

  private final CountDownLatch delivering = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);

  private static RolloutEngine start(
      final EngineConfig config,
      final LetterWorld world,
      final BranchingPolicy policy,
      final GroupListener listener) {
    return RolloutEngine.start(
        config,
        new RolloutEngine.Parts(
            world,
            new LetterTokenizer(),
            ScriptedRunner.letters(ScriptedRunner.Manners.BEST),
            policy,
            listener));
  }

  /** Starts an engine whose thread stands in the delivery of its first group. */
  private RolloutEngine standing(final Runnable then) throws InterruptedException {
    final RolloutEngine engine =
        start(
            new TestRun().config(),
            LetterWorld.calm(1),
            new ChainPolicy(),
            result -> {
              delivering.countDown();
              awaitQuietly(goOn);
              then.run();
            });
    assertTrue(engine.offer(new GroupRequest("g0", 0, 0)));
    assertTrue(delivering.await(SOON_S, TimeUnit.SECONDS));
    return engine;
  }

  private static void awaitQuietly(final CountDownLatch latch) {
    try {
      latch.await();
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aPauseThatAFailingEngineNeverTookFails() throws Exception {
    try (RolloutEngine engine =
        standing(
            () -> {
              throw new IllegalStateException("no room on the disk");
            })) {
      final CompletableFuture<Void> paused = engine.pause();
      goOn.countDown();

      assertThrows(ExecutionException.class, () -> paused.get(SOON_S, TimeUnit.SECONDS));
      assertThrows(IllegalStateException.class, engine::pause);
    }
  }

  @Test
  void aPauseThatAClosingEngineNeverTookDoesNotWaitForEver() throws Exception {
    final RolloutEngine engine = standing(() -> {});
    final CompletableFuture<Void> paused = engine.pause();
    final Thread closing = Thread.ofPlatform().start(engine::close);
    goOn.countDown();
    closing.join(TimeUnit.SECONDS.toMillis(SOON_S));

    assertFalse(closing.isAlive());
    assertTrue(paused.isDone());
  }

  @Test
  void worldsOfCallsThatNeverBeganAreClosed() throws Exception {
    final CountDownLatch called = new CountDownLatch(1);
    final LetterWorld world =
        new LetterWorld(
            99,
            (text, calls) -> {
              called.countDown();
              new CountDownLatch(1).await();
              return null;
            });
    final EngineConfig config =
        new TestRun().capacity(new EngineConfig.Capacity(8, 64, 1)).config();
    final FixedPolicy four = new FixedPolicy(List.of(new FixedPolicy.Place(false, 0, 4)));
    try (RolloutEngine engine = start(config, world, four, result -> {})) {
      for (int i = 0; i < 8; i++) {
        assertTrue(engine.offer(new GroupRequest("g" + i, i, i)));
      }
      assertTrue(called.await(SOON_S, TimeUnit.SECONDS));
      // The others queue up behind the one that hangs.
      assertTrue(comesTrue(() -> world.openEpisodes() > 8), "open=" + world.openEpisodes());
    }

    // The call that was running closes its own once it is interrupted.
    assertTrue(comesTrue(() -> world.openEpisodes() == 0), "open=" + world.openEpisodes());
  }

  private static boolean comesTrue(final BooleanSupplier condition) {
    final long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(SOON_S);
    while (!condition.getAsBoolean() && System.nanoTime() < endNs) {
      LockSupport.parkNanos(1_000_000);
    }
    return condition.getAsBoolean();
  }

  @Test
  void aRefusedStartLeavesNoThread() {
    final ModelRunner silent =
        new WatchedRunner(new ScriptedRunner(new LetterPolicy(3.0), 128)) {
          @Override
          public Traits traits() {
            final Traits all = super.traits();
            return new Traits(
                all.vocabularySize(),
                all.contextTokens(),
                all.mostWork(),
                false,
                all.drawsAsNamed(),
                all.answerWithinNs());
          }
        };
    final RolloutEngine.Parts parts =
        new RolloutEngine.Parts(
            LetterWorld.calm(1),
            new LetterTokenizer(),
            silent,
            new EntropyPolicy(0.5, new int[] {2}),
            result -> {});
    final long before = dispatchers();

    assertThrows(
        IllegalArgumentException.class, () -> RolloutEngine.start(new TestRun().config(), parts));
    assertEquals(before, dispatchers());
  }

  private static long dispatchers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().contains("coppice-dispatcher"))
        .count();
  }
}
