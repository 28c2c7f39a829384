package dev.coppice.engine;

import dev.coppice.core.EngineConfig;
import dev.coppice.core.GroupRequest;
import dev.coppice.environment.Environment;
import dev.coppice.inference.InferenceBackend;
import dev.coppice.inference.Tokenizer;
import dev.coppice.scheduling.BranchingPolicy;

/**
 * Generates rollouts as trees that share one KV-cache prefix.
 *
 * <p>{@link #offer} puts a group on a ring; one engine thread grows its trees and hands finished
 * groups to the listener.
 *
 * @thread {@link #offer}, {@link #awaitIdle} and {@link #close} from any thread.
 */
public final class RolloutEngine implements AutoCloseable {

  /**
   * Bundles the parts an engine works with.
   *
   * @param environment of the tasks; not closed by the engine.
   * @param tokenizer of the model; not closed by the engine.
   * @param backend of the model; used by the engine thread alone, not closed by the engine.
   * @param policy that decides on children.
   * @param journal of all inputs.
   * @param listener of finished groups.
   */
  public record Parts(
      Environment environment,
      Tokenizer tokenizer,
      InferenceBackend backend,
      BranchingPolicy policy,
      EngineJournal journal,
      GroupListener listener) {}

  /**
   * Checks the configuration against the model and starts the engine thread.
   *
   * @param config of the engine.
   * @param parts the engine works with.
   * @return a running engine.
   * @throws IllegalArgumentException if the pool is too small for one sequence.
   */
  public static RolloutEngine start(final EngineConfig config, final Parts parts) {
    throw new UnsupportedOperationException("not yet written");
  }

  /**
   * Offers a group.
   *
   * @param request for a group.
   * @return false if the queue is full; nothing has happened then.
   */
  public boolean offer(final GroupRequest request) {
    throw new UnsupportedOperationException("not yet written");
  }

  /**
   * Waits until every offered group is finished.
   *
   * @param timeoutNs to wait at most, in nanoseconds.
   * @return true if the engine is idle; false if time ran out first.
   * @throws InterruptedException if interrupted.
   * @throws RuntimeException if the engine failed; the cause says why.
   */
  public boolean awaitIdle(final long timeoutNs) throws InterruptedException {
    throw new UnsupportedOperationException("not yet written");
  }

  /**
   * Returns the counters; exact once the engine is idle.
   *
   * @return a snapshot.
   */
  public EngineStats stats() {
    throw new UnsupportedOperationException("not yet written");
  }

  /**
   * Returns the latencies so far; exact once the engine is idle.
   *
   * @return copies of the histograms.
   */
  public EngineStats.Latencies latencies() {
    throw new UnsupportedOperationException("not yet written");
  }

  /** Stops the engine; unfinished branches end as aborted and their groups are not delivered. */
  @Override
  public void close() {
    throw new UnsupportedOperationException("not yet written");
  }
}
