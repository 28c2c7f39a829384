package dev.coppice.app.train;

import dev.coppice.app.runner.Engines;
import dev.coppice.chat.tokenizer.ModelTokenizer;
import dev.coppice.engine.RolloutEngine;
import dev.coppice.episode.Environment;
import dev.coppice.model.ModelRunner;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.GroupRequest;
import dev.coppice.rollout.GroupResult;
import dev.coppice.rollout.RolloutLimits;
import dev.coppice.rollout.TreeLedger;
import dev.coppice.rollout.WeightSwap;
import dev.coppice.scheduling.BranchingPolicy;
import dev.coppice.trajectory.SamplingSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Grows groups in this process, one round after the other, each with the weights of its time.
 *
 * <p>Every round has an engine of its own, so no key or value outlives its weights.
 *
 * @thread one.
 */
public final class LocalRollouts implements AutoCloseable {
  static final int GROUPS_IN_FLIGHT = 48;

  private static final EngineConfig.Capacity CAPACITY =
      new EngineConfig.Capacity(GROUPS_IN_FLIGHT, 4096, 0);

  /** The batches of a tiny model, as options of the embedded engine. */
  public static final Map<String, Object> BATCHES =
      Map.of("batch-rows", 96L, "batch-tokens", 768L, "kv-blocks", 2048L, "block-tokens", 16L);

  private static final long DEADLINE_NS = TimeUnit.MINUTES.toNanos(20);

  private final Environment environment;
  private final ModelTokenizer tokenizer;
  private final ModelRunner runner;

  /**
   * Opens a model.
   *
   * @param folder of the model.
   * @param environment of the tasks; not closed by this object.
   */
  public LocalRollouts(final Path folder, final Environment environment) {
    this(folder, environment, BATCHES);
  }

  /**
   * Opens a model that needs batches of another size.
   *
   * @param folder of the model.
   * @param environment of the tasks; not closed by this object.
   * @param batches options of the embedded engine, as {@code ./coppice list engines} has them.
   */
  public LocalRollouts(
      final Path folder, final Environment environment, final Map<String, Object> batches) {
    this.environment = environment;
    this.tokenizer = ModelTokenizer.open(folder);
    this.runner = Engines.openEmbedded(folder, tokenizer, batches);
  }

  /**
   * Counts the problems.
   *
   * @return the tasks of the environment.
   */
  public int problems() {
    return environment.taskCount();
  }

  /**
   * Says how groups are grown.
   *
   * @param policy that branches.
   * @param trees per group.
   * @param sampling settings.
   * @param coalescing of samples that are alike so far.
   * @param limits of a trajectory.
   */
  public record Shape(
      BranchingPolicy policy,
      int trees,
      SamplingSettings sampling,
      EngineConfig.Coalescing coalescing,
      RolloutLimits limits) {
    /**
     * Bounds trajectories as usual.
     *
     * @param policy that branches.
     * @param trees of a group.
     * @param sampling settings.
     * @param coalescing of samples that are alike so far.
     */
    public Shape(
        final BranchingPolicy policy,
        final int trees,
        final SamplingSettings sampling,
        final EngineConfig.Coalescing coalescing) {
      this(policy, trees, sampling, coalescing, RolloutLimits.DEFAULT);
    }

    /**
     * Has every sample computed for itself.
     *
     * @param policy that branches.
     * @param trees of a group.
     * @param sampling settings.
     */
    public Shape(final BranchingPolicy policy, final int trees, final SamplingSettings sampling) {
      this(policy, trees, sampling, EngineConfig.Coalescing.NONE);
    }

    /**
     * Bounds trajectories otherwise.
     *
     * @param other limits.
     * @return a copy.
     */
    public Shape within(final RolloutLimits other) {
      return new Shape(policy, trees, sampling, coalescing, other);
    }
  }

  /**
   * Holds the groups of a round in the order of their tasks.
   *
   * @param groups finished.
   * @param computedTokens they cost.
   * @param wallNs they took.
   */
  public record Round(List<GroupResult> groups, long computedTokens, long wallNs) {
    /** Keeps a copy. */
    public Round {
      groups = List.copyOf(groups);
    }
  }

  /**
   * Grows groups for tasks that follow one another.
   *
   * <p>Groups are numbered from the first task on; their draws are keyed by seed and place in the round.
   *
   * @param shape of the groups.
   * @param firstTask of the environment; tasks go round and round.
   * @param groups to grow.
   * @param seed of every draw.
   * @return the groups.
   * @throws InterruptedException if interrupted.
   */
  public Round grow(final Shape shape, final int firstTask, final int groups, final long seed)
      throws InterruptedException {
    final List<GroupResult> results = Collections.synchronizedList(new ArrayList<>());
    final RolloutEngine.Parts parts =
        new RolloutEngine.Parts(environment, tokenizer, runner, shape.policy(), results::add);
    EngineConfig config =
        new EngineConfig(
                "train",
                seed,
                shape.sampling(),
                shape.limits(),
                BudgetConfig.trees(shape.trees()),
                CAPACITY)
            .with(new EngineConfig.Weights(WeightSwap.FINISH, runner.policyVersion(), 2))
            .with(shape.coalescing());
    final long startNs = System.nanoTime();
    try (RolloutEngine engine = RolloutEngine.start(config, parts)) {
      for (int i = 0; i < groups; i++) {
        final int task = Math.floorMod(firstTask + i, environment.taskCount());
        while (!engine.offer(new GroupRequest("g" + i, i, task))) {
          engine.awaitRoom(DEADLINE_NS);
        }
      }
      if (!engine.awaitIdle(DEADLINE_NS)) {
        throw new IllegalStateException("the round did not end: groups=" + groups);
      }
    }
    final long wallNs = System.nanoTime() - startNs;
    final List<GroupResult> sorted = new ArrayList<>(results);
    sorted.sort(Comparator.comparingInt(result -> result.request().index()));
    long computed = 0;
    for (final GroupResult result : sorted) {
      computed += result.ledgers().stream().mapToLong(TreeLedger::computedTokens).sum();
    }
    sorted.replaceAll(result -> numbered(result, firstTask));
    return new Round(sorted, computed, wallNs);
  }

  private static GroupResult numbered(final GroupResult result, final int first) {
    final GroupRequest asked = result.request();
    return new GroupResult(
        new GroupRequest(asked.id(), first + asked.index(), asked.taskIndex()),
        result.group(),
        result.ledgers(),
        result.decisionTurn());
  }

  /**
   * Puts other weights in place.
   *
   * @param folder of the new weights.
   */
  public void swap(final Path folder) {
    runner.adopt(runner.load(folder), runner.policyVersion() + 1);
  }

  /**
   * Returns the version of the weights in place.
   *
   * @return the number of swaps so far.
   */
  public int policyVersion() {
    return runner.policyVersion();
  }

  @Override
  public void close() {
    runner.close();
    tokenizer.close();
  }
}
