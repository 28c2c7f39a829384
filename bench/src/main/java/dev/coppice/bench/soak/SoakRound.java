package dev.coppice.bench.soak;

import dev.coppice.decoder.DecoderBackend;
import dev.coppice.decoder.DecoderSettings;
import dev.coppice.decoder.batch.BatchConfig;
import dev.coppice.decoder.batch.BatchRunner;
import dev.coppice.engine.EngineStats;
import dev.coppice.engine.RolloutEngine;
import dev.coppice.fixture.LetterTokenizer;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.GroupRequest;
import dev.coppice.rollout.GroupResult;
import dev.coppice.rollout.RolloutLimits;
import dev.coppice.rollout.WeightSwap;
import dev.coppice.scheduling.BranchingPolicy;
import dev.coppice.scheduling.EntropyPolicy;
import dev.coppice.scheduling.FixedPolicy;
import dev.coppice.trajectory.SamplingSettings;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;

/**
 * Runs one engine on one backend for a while: half a second of passes and pause after the other, new
 * weights every few slices, paths of finished groups compared in the pauses.
 *
 * @thread the main thread.
 */
final class SoakRound implements AutoCloseable {
  private static final long SLICE_NS = 500_000_000L;
  private static final int SLICES_BETWEEN_SWAPS = 6;
  private static final int WAITING_CHECKS = 64;
  private static final long PATIENCE_NS = 900_000_000_000L;
  private static final int KV_SLOTS = 2560;
  private static final int[] BLOCK_TOKENS = {16, 4, 32};

  private final SoakOptions options;
  private final List<Path> folders;
  private final BatchRunner runner;
  private final ColdRecomputation witness;
  private final RolloutEngine engine;
  private final ConcurrentLinkedQueue<GroupResult> finished = new ConcurrentLinkedQueue<>();
  private final ArrayDeque<GroupResult> checks = new ArrayDeque<>();
  private final AtomicInteger delivered = new AtomicInteger();
  private CompletableFuture<Integer> publication = CompletableFuture.completedFuture(0);
  private int offered;
  private int slices;

  SoakRound(final SoakOptions options, final List<Path> folders, final int number) {
    this.options = options;
    this.folders = folders;
    final String dtype = options.backend().dtypes().get(number % options.backend().dtypes().size());
    final DecoderSettings settings =
        DecoderSettings.defaults().withThreads(options.backend().threads()).withDtype(dtype);
    final WeightSwap swap = WeightSwap.values()[number / options.backend().dtypes().size() % 2];
    witness = new ColdRecomputation(folders, settings);
    final BranchingPolicy policy =
        number % 2 == 0
            ? new EntropyPolicy(2.5, new int[] {4, 3, 2})
            : new FixedPolicy(List.of(new FixedPolicy.Place(false, 0, 8)));
    final int blockTokens = BLOCK_TOKENS[number % BLOCK_TOKENS.length];
    runner =
        new BatchRunner(
            DecoderBackend.open(folders.getFirst(), settings),
            new BatchConfig(64, 256, KV_SLOTS / blockTokens, blockTokens));
    final EngineConfig config =
        new EngineConfig(
                "soak",
                options.seed() + number,
                SamplingSettings.PLAIN,
                new RolloutLimits(128, 8, 256, 10_000_000_000L),
                BudgetConfig.trees(2),
                new EngineConfig.Capacity(4, 8, 0))
            .with(new EngineConfig.Weights(swap, 0, 2));
    engine =
        RolloutEngine.start(
            config,
            new RolloutEngine.Parts(
                new SoakWorld(),
                new LetterTokenizer(),
                runner,
                policy,
                result -> {
                  delivered.incrementAndGet();
                  finished.add(result);
                }));
  }

  /** Runs until a time and calls back after every slice with the time. */
  void run(final long untilNs, final LongConsumer afterSlice) throws Exception {
    while (System.nanoTime() < untilNs) {
      final long startNs = System.nanoTime();
      engine.resume().get(PATIENCE_NS, TimeUnit.NANOSECONDS);
      offer();
      publish();
      TimeUnit.NANOSECONDS.sleep(SLICE_NS * options.dutyPercent() / 100);
      if (options.dutyPercent() < 100) {
        engine.pause().get(PATIENCE_NS, TimeUnit.NANOSECONDS);
      }
      check(startNs + SLICE_NS);
      afterSlice.accept(System.nanoTime());
      final long leftNs = startNs + SLICE_NS - System.nanoTime();
      if (leftNs > 0) {
        TimeUnit.NANOSECONDS.sleep(leftNs);
      }
    }
    finish();
  }

  private void offer() {
    while (engine.offer(new GroupRequest("g" + offered, offered, offered))) {
      offered++;
    }
  }

  private void publish() throws Exception {
    if (publication.isDone() && slices++ % SLICES_BETWEEN_SWAPS == 0) {
      publication.get();
      final int next = engine.policyVersion() + 1;
      publication = engine.publishWeights(folders.get(next % folders.size()), next);
    }
  }

  /** Compares paths of finished groups in a pause, at least one; a surplus of groups is let go. */
  private void check(final long untilNs) {
    for (GroupResult result = finished.poll(); result != null; result = finished.poll()) {
      checks.add(result);
      if (checks.size() > WAITING_CHECKS) {
        checks.removeFirst();
      }
    }
    GroupResult next = checks.poll();
    while (next != null) {
      witness.check(next);
      next = System.nanoTime() < untilNs ? checks.poll() : null;
    }
  }

  private void finish() throws Exception {
    engine.resume().get(PATIENCE_NS, TimeUnit.NANOSECONDS);
    if (!engine.awaitIdle(PATIENCE_NS)) {
      throw new IllegalStateException("the engine hangs: offered=" + offered);
    }
    publication.get(PATIENCE_NS, TimeUnit.NANOSECONDS);
    if (delivered.get() != offered) {
      throw new IllegalStateException(
          "groups lost or duplicated: offered=" + offered + " delivered=" + delivered.get());
    }
  }

  EngineStats stats() {
    return engine.stats();
  }

  long checkedTokens() {
    return witness.checkedTokens();
  }

  int delivered() {
    return delivered.get();
  }

  int version() {
    return engine.policyVersion();
  }

  @Override
  public void close() {
    engine.close();
    witness.close();
    runner.close();
  }
}
