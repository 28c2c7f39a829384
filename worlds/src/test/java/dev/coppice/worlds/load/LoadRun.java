package dev.coppice.worlds.load;

import dev.coppice.decoder.batch.BatchConfig;
import dev.coppice.decoder.batch.BatchRunner;
import dev.coppice.decoder.batch.PathBackend;
import dev.coppice.engine.EngineStats;
import dev.coppice.engine.RolloutEngine;
import dev.coppice.eventlog.EngineJournal;
import dev.coppice.model.Tokenizer;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.GroupRequest;
import dev.coppice.rollout.RolloutLimits;
import dev.coppice.scheduling.BranchingPolicy;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.SamplingSettings;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Puts the recorded rollouts on an engine and measures it.
 *
 * @thread one.
 */
public final class LoadRun {
  private static final long WAIT_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long DEADLINE_NS = TimeUnit.MINUTES.toNanos(30);
  private static final int MAX_TOKENS = 1 << 20;

  private LoadRun() {}

  /**
   * Says how a load is run.
   *
   * @param repeats of every rollout, one group each.
   * @param trees of every group; a group's further trees share its prompt.
   * @param policy that branches.
   * @param batches of the model.
   */
  public record Settings(int repeats, int trees, BranchingPolicy policy, BatchConfig batches) {
    /** Checks the ranges. */
    public Settings {
      if (repeats < 1 || trees < 1) {
        throw new IllegalArgumentException(
            "a load needs rollouts: repeats=" + repeats + " trees=" + trees);
      }
    }
  }

  /**
   * Runs a load to its end.
   *
   * @param environment whose rollouts are played.
   * @param settings of the run.
   * @return what was measured.
   * @throws InterruptedException if interrupted.
   */
  public static LoadReport run(final LoadEnvironment environment, final Settings settings)
      throws InterruptedException {
    final Tokenizer tokenizer = environment.tokenizer();
    final EngineConfig config =
        new EngineConfig(
            LoadEnvironment.NAME,
            1,
            SamplingSettings.PLAIN,
            new RolloutLimits(MAX_TOKENS, MAX_TOKENS, MAX_TOKENS, DEADLINE_NS),
            BudgetConfig.trees(settings.trees()),
            new EngineConfig.Capacity(16, 1_024, 0));
    final LongAdder completed = new LongAdder();
    final LongAdder other = new LongAdder();
    final RolloutEngine.Parts parts =
        new RolloutEngine.Parts(
            environment,
            tokenizer,
            new BatchRunner(
                new PathBackend(
                    "replay",
                    tokenizer.vocabularySize(),
                    environment.contextTokens(),
                    environment.policy()),
                settings.batches()),
            settings.policy(),
            EngineJournal.NONE,
            result ->
                result
                    .group()
                    .trees()
                    .forEach(tree -> tree.leaves().forEach(leaf -> count(leaf, completed, other))));
    final EngineStats stats;
    final EngineStats.Latencies latencies;
    try (RolloutEngine engine = RolloutEngine.start(config, parts)) {
      offerAll(engine, environment.taskCount(), settings.repeats());
      final long deadlineNs = System.nanoTime() + DEADLINE_NS;
      while (!engine.awaitIdle(WAIT_NS)) {
        requireTime(deadlineNs);
      }
      stats = engine.stats();
      latencies = engine.latencies();
    }
    return new LoadReport(completed.sum(), other.sum(), stats, latencies, environment.late());
  }

  private static void offerAll(final RolloutEngine engine, final int tasks, final int repeats)
      throws InterruptedException {
    final long deadlineNs = System.nanoTime() + DEADLINE_NS;
    for (int index = 0; index < tasks * repeats; index++) {
      while (!engine.offer(new GroupRequest("g" + index, index, index % tasks))) {
        engine.awaitRoom(WAIT_NS);
        requireTime(deadlineNs);
      }
    }
  }

  private static void count(final Leaf leaf, final LongAdder completed, final LongAdder other) {
    (leaf.status() == LeafStatus.COMPLETED ? completed : other).increment();
  }

  private static void requireTime(final long deadlineNs) {
    if (System.nanoTime() - deadlineNs > 0) {
      throw new IllegalStateException("the load did not end in 30 minutes");
    }
  }
}
