package dev.coppice.core;

import dev.coppice.episode.Dialect;
import dev.coppice.kvcache.KvCacheConfig;
import dev.coppice.kvcache.PrefixCache;
import dev.coppice.model.Tokenizer;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.scheduling.BranchPoint;
import dev.coppice.scheduling.BranchingPolicy;
import dev.coppice.scheduling.BudgetLease;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * Holds everything the core knows; only {@link Core} changes it.
 *
 * @thread the engine thread.
 */
public final class State {
  final EngineConfig config;
  final BranchingPolicy policy;
  final Tokenizer tokenizer;
  final Dialect dialect;
  final int contextTokens;
  final PrefixCache cache;
  final BudgetLease budget;
  final CoreCounters counters = new CoreCounters();
  final Int2ObjectHashMap<Branch> branches = new Int2ObjectHashMap<>();
  final Int2ObjectHashMap<TreeDraft> treeOfOwner = new Int2ObjectHashMap<>();
  final PriorityQueue<Branch> ready =
      new PriorityQueue<>(256, Comparator.comparingInt(branch -> branch.id));
  final Batch batch = new Batch();
  final BranchPoint point = new BranchPoint();
  final BatchPlanner planner = new BatchPlanner(this);
  final Growth growth = new Growth(this);
  final GroupBook groups;
  final VersionBook versions;
  int nextBranch;
  int nextOwner;
  long nowNs;
  private long heardNs;
  boolean forwardInFlight;
  boolean stalled;

  /**
   * Names what the core must know of the model and the tasks.
   *
   * @param policy that decides on children.
   * @param tokenizer whose pieces the parser reads.
   * @param dialect of the environment.
   * @param contextTokens the length of the model's context.
   */
  public record World(
      BranchingPolicy policy, Tokenizer tokenizer, Dialect dialect, int contextTokens) {}

  /**
   * Makes the state before the first event.
   *
   * @param config of the engine.
   * @param world of the model and the tasks.
   * @throws IllegalArgumentException if the pool of blocks is too small for one sequence.
   */
  public State(final EngineConfig config, final World world) {
    this.config = config;
    this.policy = world.policy();
    this.tokenizer = world.tokenizer();
    this.dialect = world.dialect();
    this.contextTokens = world.contextTokens();
    final EngineConfig.Capacity capacity = config.capacity();
    final int needed = (contextTokens + capacity.blockTokens() - 1) / capacity.blockTokens() + 1;
    if (capacity.kvBlocks() < needed) {
      throw new IllegalArgumentException(
          "the KV pool is too small for one sequence: kvBlocks="
              + capacity.kvBlocks()
              + " but a context of "
              + contextTokens
              + " tokens in blocks of "
              + capacity.blockTokens()
              + " needs "
              + needed
              + "; raise engine.kv-blocks");
    }
    final KvCacheConfig cacheConfig =
        new KvCacheConfig(
            capacity.blockTokens(), capacity.kvBlocks(), capacity.leases(), contextTokens);
    this.cache = new PrefixCache(cacheConfig, this::attribute);
    this.budget = BudgetLease.root(config.budget().computedTokens());
    this.versions = new VersionBook(this);
    this.groups = new GroupBook(this);
  }

  /**
   * Books the time of a block on the tree that reserved it. A block may outlive its tree, where
   * groups with equal prompts share it; then the oldest tree still growing pays.
   */
  private void attribute(final int owner, final long blockNs) {
    counters.blockNs += blockNs;
    final TreeDraft tree = treeOfOwner.get(owner);
    final TreeDraft payer = tree == null ? groups.oldestTree() : tree;
    if (payer != null) {
      payer.blockNs += blockNs;
    }
  }

  void advanceTo(final long timeNs) {
    nowNs = timeNs;
    cache.advanceTo(timeNs);
  }

  /**
   * Notes when the next event was heard of; results of tools carry no time of their own.
   *
   * <p>It tells how long branches waited for the engine, and decides nothing.
   *
   * @param timeNs of the engine's clock.
   */
  public void heardAt(final long timeNs) {
    heardNs = timeNs;
  }

  void ready(final Branch branch) {
    branch.wait = Branch.Wait.BATCH;
    branch.readySinceNs = heardNs;
    ready.add(branch);
  }

  BranchPoint pointAt(final Branch branch) {
    return point
        .atTree(branch.tree.key, branch.group.plan.decisionTurn(), branch.group.plan.typicalTurns())
        .atToken(branch.tag, branch.turn, branch.parser.tokens())
        .afterForks(branch.forks, branch.lastForkTurn);
  }

  /**
   * Returns whether a tick would find something to plan.
   *
   * @return true if a branch waits for a batch, none is being computed, and something has happened
   *     since a tick last found no place for any.
   */
  public boolean wantsTick() {
    return !forwardInFlight && !stalled && !ready.isEmpty();
  }

  /**
   * Returns whether new weights may be switched to now, or must wait for old trees to end.
   *
   * @return true if a {@link Event.WeightsSwapped} may be applied.
   */
  public boolean maySwitchWeights() {
    return !forwardInFlight && versions.maySwitch();
  }

  /**
   * Returns the version of the weights that new trees start on.
   *
   * @return the version.
   */
  public int policyVersion() {
    return versions.newest();
  }

  /**
   * Returns the configuration.
   *
   * @return the configuration.
   */
  public EngineConfig config() {
    return config;
  }

  /**
   * Returns the batch that was planned last.
   *
   * @return the batch; its contents change with the next tick.
   */
  public Batch batch() {
    return batch;
  }

  /**
   * Returns the counters.
   *
   * @return the live counters.
   */
  public CoreCounters counters() {
    return counters;
  }

  /**
   * Checks the laws that hold between any two events.
   *
   * @throws IllegalStateException if one is broken.
   */
  public void checkIntegrity() {
    cache.checkIntegrity();
    final int sum = cache.freeBlocks() + cache.liveBlocks() + cache.evictableBlocks();
    if (sum != cache.capacityBlocks()) {
      throw new IllegalStateException("blocks do not add up: sum=" + sum);
    }
    if (branches.isEmpty() && counters.groupsOpen == 0 && cache.liveBlocks() != 0) {
      throw new IllegalStateException("idle but blocks live: live=" + cache.liveBlocks());
    }
  }
}
