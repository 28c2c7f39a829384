package dev.coppice.engine;

import java.util.concurrent.ExecutorService;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.OneToOneConcurrentArrayQueue;

/**
 * Starts tool calls for the engine thread, which only queues them.
 *
 * <p>Waking a sleeping thread is a system call that took the engine thread 180 to 380 us a call on a
 * virtual machine, a fifth of the run. This thread looks for itself, at least every half
 * millisecond, and pays for the waking instead.
 *
 * @thread {@link #execute} the engine thread alone.
 */
final class Dispatcher implements Agent, AutoCloseable {
  private static final int QUEUED = 1 << 14;
  private static final long LONGEST_PARK_NS = 500_000;

  private final ExecutorService threads;
  private final OneToOneConcurrentArrayQueue<Runnable> queue =
      new OneToOneConcurrentArrayQueue<>(QUEUED);
  private final AgentRunner runner;

  Dispatcher(final ExecutorService threads) {
    this.threads = threads;
    this.runner =
        new AgentRunner(
            new BackoffIdleStrategy(10, 5, 20_000, LONGEST_PARK_NS), failure -> {}, null, this);
    AgentRunner.startOnThread(runner);
  }

  /** Has a task run soon on a thread of its own. */
  void execute(final Runnable task) {
    if (!queue.offer(task)) {
      threads.execute(task);
    }
  }

  @Override
  public int doWork() {
    return queue.drain(threads::execute);
  }

  @Override
  public String roleName() {
    return "coppice-dispatcher";
  }

  /** Stops; what is still queued is run here, and by then only closes what it was given. */
  @Override
  public void close() {
    runner.close();
    queue.drain(Runnable::run);
  }
}
