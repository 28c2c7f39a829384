package dev.coppice.engine;

import dev.coppice.allocation.GroupOutcome;
import dev.coppice.core.Core;
import dev.coppice.core.Event;
import dev.coppice.core.State;
import dev.coppice.draw.Division;
import dev.coppice.episode.Environment;
import dev.coppice.eventlog.EngineJournal;
import dev.coppice.model.ModelRunner;
import dev.coppice.model.RunnerSession;
import dev.coppice.model.Tokenizer;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.GroupRequest;
import dev.coppice.rollout.GroupResult;
import dev.coppice.rollout.WeightSwap;
import dev.coppice.scheduling.BranchingPolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.BackoffIdleStrategy;

/**
 * Generates rollouts as trees that share one KV-cache prefix.
 *
 * <p>{@link #offer} puts a group on a ring; one engine thread grows its trees and hands finished
 * groups to the listener.
 *
 * @thread every method from any thread.
 */
public final class RolloutEngine implements AutoCloseable {
  private final Inbox inbox = new Inbox();
  private final EngineGauge gauge;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final int queuedGroups;
  private final ToolWorkers workers;
  private final EngineAgent agent;
  private final AgentRunner thread;
  private final WeightPublisher publisher;
  private int outstanding;
  private int awaited = -1;
  private Throwable failure;
  private boolean closed;

  /**
   * Bundles the parts an engine works with.
   *
   * @param environment of the tasks; not closed by the engine.
   * @param tokenizer of the model; not closed by the engine.
   * @param runner of the model; used by the engine thread alone, not closed by the engine.
   * @param policy that decides on children.
   * @param journal of all inputs.
   * @param listener of finished groups.
   */
  public record Parts(
      Environment environment,
      Tokenizer tokenizer,
      ModelRunner runner,
      BranchingPolicy policy,
      EngineJournal journal,
      GroupListener listener) {
    /**
     * Bundles the parts of an engine whose inputs nobody keeps.
     *
     * @param environment of the tasks; not closed by the engine.
     * @param tokenizer of the model; not closed by the engine.
     * @param runner of the model; used by the engine thread alone, not closed by the engine.
     * @param policy that decides on children.
     * @param listener of finished groups.
     */
    public Parts(
        final Environment environment,
        final Tokenizer tokenizer,
        final ModelRunner runner,
        final BranchingPolicy policy,
        final GroupListener listener) {
      this(environment, tokenizer, runner, policy, EngineJournal.NONE, listener);
    }
  }

  /**
   * A wish on the ring to pause or to go on.
   *
   * @param paused whether to pause.
   * @param done completed by the engine thread between two passes.
   */
  record Pause(boolean paused, CompletableFuture<Void> done) {}

  /** Requests on the ring, taken in together. */
  record Offered(List<GroupRequest> requests) {}

  private RolloutEngine(
      final EngineConfig config, final Parts parts, final Pace pace, final LongSupplier clockNs) {
    final EngineConfig.Capacity capacity = config.capacity();
    this.queuedGroups = capacity.queuedGroups();
    this.gauge = new EngineGauge(clockNs);
    final ModelRunner runner = parts.runner();
    // Before any thread is started: all of them may refuse.
    final State.World world = world(parts);
    requireNamedDraws(config, parts);
    runner.begin(session(config, pace));
    final Core core = new Core(config, world);
    this.workers =
        new ToolWorkers(capacity.toolThreads(), parts.tokenizer(), config.limits(), inbox);
    final int firstVersion = config.weights().firstVersion();
    this.publisher = new WeightPublisher(runner, firstVersion, inbox::publish);
    parts.environment().guard(parts.tokenizer()::guard);
    final GroupListener listener = parts.listener();
    final Parts counted =
        new Parts(
            parts.environment(),
            parts.tokenizer(),
            runner,
            parts.policy(),
            parts.journal(),
            result -> delivered(listener, result));
    this.agent =
        new EngineAgent(
            core,
            counted,
            new EngineAgent.Outside(inbox, workers, publisher),
            new EngineAgent.Limits(config.seed(), config.limits().callDeadlineNs()),
            gauge,
            pace);
    this.thread =
        new AgentRunner(
            new BackoffIdleStrategy(100, 10, 1_000, 200_000), this::failed, null, agent);
  }

  private static State.World world(final Parts parts) {
    final ModelRunner.Traits traits = parts.runner().traits();
    final boolean forksInside = parts.policy().entropyFloor() != Double.POSITIVE_INFINITY;
    if (forksInside && !traits.tellsEntropy()) {
      throw new IllegalArgumentException(
          "the policy forks where the next token is uncertain, and the model's runner does not"
              + " tell: policy="
              + parts.policy().name()
              + " model="
              + parts.runner().name()
              + "; choose a policy that forks between turns");
    }
    return new State.World(
        parts.policy(),
        parts.tokenizer(),
        parts.environment().dialect(),
        parts.environment().sharing(),
        traits);
  }

  private static void requireNamedDraws(final EngineConfig config, final Parts parts) {
    final boolean systematic = config.coalescing().division() == Division.SYSTEMATIC;
    if (systematic && !parts.runner().traits().drawsAsNamed()) {
      throw new IllegalArgumentException(
          "tree.division = systematic needs an engine that draws with the numbers it is given, and"
              + " this one draws with its own: model="
              + parts.runner().name()
              + "; set tree.division = independent, or auto");
    }
  }

  private static RunnerSession session(final EngineConfig config, final Pace pace) {
    final EngineConfig.Weights weights = config.weights();
    return new RunnerSession(
        pace::nowNs,
        weights.firstVersion(),
        weights.swap() == WeightSwap.RECOMPUTE,
        weights.liveVersions(),
        config.budget().isLimited() || config.budget().trees() > 1);
  }

  /**
   * Checks the configuration against the model and starts the engine thread.
   *
   * @param config of the engine.
   * @param parts the engine works with.
   * @return a running engine.
   * @throws IllegalArgumentException if the model cannot serve such an engine; the message names the
   *     key to change.
   */
  public static RolloutEngine start(final EngineConfig config, final Parts parts) {
    return start(config, parts, System::nanoTime);
  }

  /**
   * Starts an engine whose run is a function of its seed and of what its tools answer.
   *
   * <p>Results are applied in a fixed order and time counts events, a millisecond each; groups are
   * offered by {@link #offerAll} when the engine is idle. Two such runs over the same answers give
   * the same traces byte for byte.
   *
   * @param config of the engine.
   * @param parts the engine works with.
   * @return a running engine.
   * @throws IllegalArgumentException if the model cannot serve such an engine; the message names the
   *     key to change.
   */
  public static RolloutEngine startInLockstep(final EngineConfig config, final Parts parts) {
    return started(new RolloutEngine(config, parts, new LockstepPace(), System::nanoTime));
  }

  static RolloutEngine start(
      final EngineConfig config, final Parts parts, final LongSupplier clockNs) {
    return started(new RolloutEngine(config, parts, new LivePace(clockNs), clockNs));
  }

  private static RolloutEngine started(final RolloutEngine engine) {
    AgentRunner.startOnThread(engine.thread);
    return engine;
  }

  /**
   * Offers a group.
   *
   * @param request for a group.
   * @return false if the queue is full; nothing has happened then.
   * @throws IllegalStateException if the engine failed or is closed.
   */
  public boolean offer(final GroupRequest request) {
    return offerAll(List.of(request));
  }

  /**
   * Offers groups that the engine takes in together, before it computes anything for one of them.
   *
   * @param requests for groups.
   * @return false if the queue has no room for all; nothing has happened then.
   * @throws IllegalStateException if the engine failed or is closed.
   */
  public boolean offerAll(final List<GroupRequest> requests) {
    lock.lock();
    try {
      requireRunning();
      if (outstanding + requests.size() > queuedGroups) {
        return false;
      }
      outstanding += requests.size();
    } finally {
      lock.unlock();
    }
    inbox.publish(new Offered(List.copyOf(requests)));
    return true;
  }

  /**
   * Tells of a group that an earlier process of this run finished, so that the budget is split and
   * learned from as it would have been; such groups are offered in their old order among the others.
   *
   * @param request the group was made for.
   * @param trees it was given, in order.
   */
  public void restore(final GroupRequest request, final List<GroupOutcome.Tree> trees) {
    requireRunningNow();
    inbox.publish(new Event.GroupRestored(request, new GroupOutcome(request.taskIndex(), trees)));
  }

  /**
   * Tells what a group of the same fleet came to that ended on another engine, or in an earlier
   * process; told twice, the first counts. An engine that does not learn by number ignores it.
   *
   * @param number of the group.
   * @param outcome of its trees, or null if nobody grew it to its end.
   */
  public void learn(final long number, final GroupOutcome outcome) {
    requireRunningNow();
    inbox.publish(new Event.LessonTaken(number, outcome));
  }

  private void delivered(final GroupListener listener, final GroupResult result) {
    listener.onGroup(result);
    lock.lock();
    try {
      outstanding--;
      // Waking costs the engine thread a system call, so nobody is woken to find it too early.
      if (outstanding <= awaited) {
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private void failed(final Throwable throwable) {
    lock.lock();
    try {
      failure = failure == null ? throwable : failure;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    publisher.close();
    // The runner does not close an agent whose error handler throws.
    agent.onClose();
    emptyInbox();
    throw new org.agrona.concurrent.AgentTerminationException(throwable);
  }

  private void requireRunning() {
    if (failure != null) {
      throw new IllegalStateException("the engine failed: " + failure, failure);
    }
    if (closed) {
      throw new IllegalStateException("the engine is closed");
    }
  }

  /**
   * Waits until every offered group is finished.
   *
   * @param timeoutNs to wait at most, in nanoseconds.
   * @return true if the engine is idle; false if time ran out first.
   * @throws InterruptedException if interrupted.
   * @throws IllegalStateException if the engine failed; the cause says why.
   */
  public boolean awaitIdle(final long timeoutNs) throws InterruptedException {
    return awaitOutstanding(0, timeoutNs);
  }

  /**
   * Waits until the queue has room for another group.
   *
   * @param timeoutNs to wait at most, in nanoseconds.
   * @return true if {@link #offer} would succeed; false if time ran out first.
   * @throws InterruptedException if interrupted.
   * @throws IllegalStateException if the engine failed; the cause says why.
   */
  public boolean awaitRoom(final long timeoutNs) throws InterruptedException {
    return awaitOutstanding(queuedGroups - 1, timeoutNs);
  }

  private boolean awaitOutstanding(final int most, final long timeoutNs)
      throws InterruptedException {
    final long deadlineNs = System.nanoTime() + timeoutNs;
    lock.lock();
    try {
      requireRunning();
      while (outstanding > most) {
        final long leftNs = deadlineNs - System.nanoTime();
        if (leftNs <= 0) {
          return false;
        }
        awaited = Math.max(awaited, most);
        changed.await(leftNs, TimeUnit.NANOSECONDS);
        requireRunning();
      }
      return true;
    } finally {
      // Others that wait look again and say anew what they wait for.
      awaited = -1;
      changed.signalAll();
      lock.unlock();
    }
  }

  /**
   * Brings new weights to the rollouts without stopping them.
   *
   * <p>They are read and checked on a thread of their own; the engine thread only switches, between
   * two forward passes, also while paused. What becomes of running trees is {@link
   * dev.coppice.rollout.EngineConfig.Weights#swap()}. Where running trees finish and the most
   * versions are alive, the switch waits until the oldest one has no tree any more.
   *
   * @param folder of the weights, as Hugging Face lays it out.
   * @param version of them, {@link #policyVersion()} + 1.
   * @return completed with the version once rollouts sample from it; fails with a {@link
   *     dev.coppice.model.WeightsException} if the weights are refused, and the present ones go
   *     on.
   * @throws IllegalArgumentException if the version is not the next one.
   * @throws IllegalStateException if another version is on its way, or the engine failed or is
   *     closed.
   */
  public CompletableFuture<Integer> publishWeights(final Path folder, final int version) {
    requireRunningNow();
    return publisher.publish(folder, version);
  }

  /**
   * Returns the version of the weights that new trees start on.
   *
   * @return the version.
   */
  public int policyVersion() {
    return publisher.version();
  }

  /**
   * Starts no forward pass any more until {@link #resume}; offers are still taken, tool calls run on
   * and their results wait. The journal needs no record of it: passes are its events, pauses are not.
   *
   * @return completed once the pass that was running has ended; fails with an {@link
   *     IllegalStateException} if the engine ends before.
   * @throws IllegalStateException if the engine failed or is closed.
   */
  public CompletableFuture<Void> pause() {
    return pause(true);
  }

  /**
   * Goes on after {@link #pause}; does nothing if the engine is not paused.
   *
   * @return completed once passes may start; fails with an {@link IllegalStateException} if the
   *     engine ends before.
   * @throws IllegalStateException if the engine failed or is closed.
   */
  public CompletableFuture<Void> resume() {
    return pause(false);
  }

  /**
   * Returns whether the engine is paused.
   *
   * @return true between a completed {@link #pause} and a completed {@link #resume}.
   */
  public boolean isPaused() {
    return agent.isPaused();
  }

  private CompletableFuture<Void> pause(final boolean paused) {
    requireRunningNow();
    final CompletableFuture<Void> done = new CompletableFuture<>();
    inbox.publish(new Pause(paused, done));
    try {
      requireRunningNow();
    } catch (final IllegalStateException e) {
      // It ended meanwhile and may have looked into the inbox for the last time.
      done.completeExceptionally(e);
    }
    return done;
  }

  private void requireRunningNow() {
    lock.lock();
    try {
      requireRunning();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns the counters as of the last finished group.
   *
   * @return a snapshot.
   */
  public EngineStats stats() {
    return gauge.stats();
  }

  /**
   * Returns the latencies as of the last time no group was open.
   *
   * @return copies of the histograms.
   */
  public EngineStats.Latencies latencies() {
    return gauge.latencies(workers.latency());
  }

  /** Releases the weights and fails the wishes that came after the engine thread had ended. */
  private void emptyInbox() {
    try {
      inbox.poll(
          message -> {
            if (message instanceof WeightPublisher.Loaded loaded) {
              loaded.weights().close();
            } else if (message instanceof Pause pause) {
              pause.done().completeExceptionally(new IllegalStateException("the engine has ended"));
            }
          });
    } catch (final Exception e) {
      throw new IllegalStateException("weights could not be released", e);
    }
  }

  /** Stops the engine; unfinished groups are not delivered. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    publisher.close();
    thread.close();
    emptyInbox();
  }
}
