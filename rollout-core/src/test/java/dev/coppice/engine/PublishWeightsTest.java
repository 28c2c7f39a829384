package dev.coppice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.eventlog.EngineJournal;
import dev.coppice.fixture.LetterTokenizer;
import dev.coppice.fixture.LetterWorld;
import dev.coppice.fixture.ScriptedRunner;
import dev.coppice.fixture.TestRun;
import dev.coppice.fixture.WatchedRunner;
import dev.coppice.model.LoadedWeights;
import dev.coppice.model.WeightsException;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.GroupRequest;
import dev.coppice.rollout.GroupResult;
import dev.coppice.rollout.WeightSwap;
import dev.coppice.scheduling.ChainPolicy;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Weights are published, refused, and passes are paused, from outside. */
final class PublishWeightsTest {
  private static final long TIMEOUT_NS = 20_000_000_000L;

  private final BlockingQueue<GroupResult> results = new LinkedBlockingQueue<>();
  private final CountDownLatch loadMayEnd = new CountDownLatch(1);
  private RolloutEngine engine;

  /** Loads only once it is told to where the folder asks for it. */
  private final class SlowLoading {
    LoadedWeights load(final Path folder, final LoadedWeights loaded) {
      try {
        if (folder.startsWith("slow") && !loadMayEnd.await(20, TimeUnit.SECONDS)) {
          throw new IllegalStateException("nobody let the load end");
        }
      } catch (final InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return loaded;
    }
  }

  private WatchedRunner start(final EngineConfig.Weights weights) {
    final SlowLoading loading = new SlowLoading();
    final WatchedRunner runner =
        new WatchedRunner(ScriptedRunner.letters(ScriptedRunner.Manners.BEST)) {
          @Override
          public LoadedWeights load(final Path folder) {
            return loading.load(folder, super.load(folder));
          }
        };
    engine =
        RolloutEngine.start(
            new TestRun().config().with(weights),
            new RolloutEngine.Parts(
                LetterWorld.calm(1000),
                new LetterTokenizer(),
                runner,
                new ChainPolicy(),
                EngineJournal.NONE,
                results::add));
    return runner;
  }

  @AfterEach
  void close() {
    loadMayEnd.countDown();
    engine.close();
  }

  private GroupResult grow(final int index) throws InterruptedException {
    assertTrue(engine.offer(new GroupRequest("g" + index, index, index)));
    assertTrue(engine.awaitIdle(TIMEOUT_NS));
    return results.take();
  }

  private int publish(final String folder, final int version) throws Exception {
    return engine.publishWeights(Path.of(folder), version).get(TIMEOUT_NS, TimeUnit.NANOSECONDS);
  }

  @Test
  void shouldSampleFromNewWeightsOnceTheyArePublished() throws Exception {
    start(new EngineConfig.Weights(WeightSwap.FINISH, 6, 2));
    final GroupResult before = grow(0);

    assertEquals(7, publish("v7", 7));
    final GroupResult after = grow(1);

    assertEquals(6, before.oldestPolicyVersion());
    assertEquals(7, after.oldestPolicyVersion());
    assertEquals(7, after.group().trees().getFirst().node(0).kvVersion());
    assertEquals(7, engine.policyVersion());
    assertEquals(1, engine.stats().weightSwaps());
  }

  @Test
  void shouldKeepTheOldWeightsWhereTheNewOnesAreRefused() throws Exception {
    start(EngineConfig.Weights.DEFAULT);

    final ExecutionException refusal =
        assertThrows(ExecutionException.class, () -> publish("broken", 1));

    assertInstanceOf(WeightsException.class, refusal.getCause());
    assertTrue(refusal.getMessage().contains("broken"), refusal.getMessage());
    assertEquals(0, grow(0).oldestPolicyVersion());
    assertEquals(1, publish("v1", 1));
  }

  @Test
  void shouldRefuseAVersionThatIsNotTheNextAndASecondPublication() throws Exception {
    start(EngineConfig.Weights.DEFAULT);

    assertThrows(IllegalArgumentException.class, () -> publish("v2", 2));
    assertThrows(IllegalArgumentException.class, () -> publish("v0", 0));
    final CompletableFuture<Integer> slow = engine.publishWeights(Path.of("slow/v1"), 1);
    assertThrows(IllegalStateException.class, () -> publish("v1", 1));
    assertEquals(0, grow(0).oldestPolicyVersion());
    loadMayEnd.countDown();
    assertEquals(1, slow.get(TIMEOUT_NS, TimeUnit.NANOSECONDS));
    assertEquals(1, grow(1).oldestPolicyVersion());
  }

  @Test
  void shouldEndAPublicationWithTheEngine() {
    start(EngineConfig.Weights.DEFAULT);
    final CompletableFuture<Integer> slow = engine.publishWeights(Path.of("slow/v1"), 1);

    engine.close();
    loadMayEnd.countDown();

    final ExecutionException end =
        assertThrows(ExecutionException.class, () -> slow.get(TIMEOUT_NS, TimeUnit.NANOSECONDS));
    assertInstanceOf(WeightsException.class, end.getCause());
  }

  @Test
  void shouldComputeNothingWhilePausedAndSwitchAllTheSame() throws Exception {
    final WatchedRunner runner = start(EngineConfig.Weights.DEFAULT);
    engine.pause().get(TIMEOUT_NS, TimeUnit.NANOSECONDS);
    assertTrue(engine.isPaused());

    assertTrue(engine.offer(new GroupRequest("g0", 0, 0)));
    assertEquals(1, publish("v1", 1));
    engine.pause().get(TIMEOUT_NS, TimeUnit.NANOSECONDS);

    assertEquals(0, runner.answers());
    engine.resume().get(TIMEOUT_NS, TimeUnit.NANOSECONDS);
    assertFalse(engine.isPaused());
    assertTrue(engine.awaitIdle(TIMEOUT_NS));
    assertEquals(1, results.take().oldestPolicyVersion());
  }
}
