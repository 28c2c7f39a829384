package dev.coppice.proxy.strand;

import dev.coppice.draw.Copies;
import dev.coppice.model.Draws;
import dev.coppice.model.ModelRunner;
import dev.coppice.model.Quotes;
import dev.coppice.model.RunnerListener;
import dev.coppice.model.RunnerSession;
import dev.coppice.model.Work;
import dev.coppice.trajectory.RolloutFailure;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Owns the runner: takes askings from many threads and samples all of them together.
 *
 * <p>One turn of the loop takes in what was asked, has the runner plan, quote, compute and draw one
 * batch over everything open, and hands every sink its tokens. Between two requests of an agent its
 * path stays with the runner as a {@link Strand}; where room is short the one that was idle longest
 * is given up first, and its path is found in the cache or computed again.
 *
 * @thread its own; the public methods may be called from any.
 */
public final class SamplingLoop implements AutoCloseable {
  private static final long IDLE_MS = 100;
  private static final long STALLED_NS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long POLL_NS = TimeUnit.MICROSECONDS.toNanos(100);
  private static final int LIVE_VERSIONS = 2;
  private static final int MOST_IDLE = 4096;

  private final ModelRunner runner;
  private final BlockingQueue<Runnable> commands = new LinkedBlockingQueue<>();
  private final Map<Integer, Running> open = new HashMap<>();
  private final Map<Integer, Strand> idle = new LinkedHashMap<>();
  private final ArrayDeque<Running> waiting = new ArrayDeque<>();
  private final SamplingGauge gauge = new SamplingGauge();
  private final Thread thread;
  private final Answers answers = new Answers();
  private int nextBranch;
  private long movedNs = System.nanoTime();
  private volatile boolean ending;
  private volatile RuntimeException failure;

  /**
   * Makes a loop over a runner that nobody else uses.
   *
   * @param runner that samples; closed by the caller, after the loop.
   */
  public SamplingLoop(final ModelRunner runner) {
    this.runner = runner;
    this.thread = Thread.ofPlatform().name("coppice-sampling").unstarted(this::run);
  }

  /** Begins a session with the runner and starts the thread. */
  public void start() {
    runner.begin(
        new RunnerSession(System::nanoTime, runner.policyVersion(), false, LIVE_VERSIONS, false));
    thread.start();
  }

  /**
   * Asks for continuations.
   *
   * @param ask whose sinks are told, from the loop's thread.
   */
  public void submit(final Ask ask) {
    if (ending || failure != null) {
      final RolloutFailure ended = failed("the proxy's sampler has ended");
      ask.sinks().forEach(sink -> sink.failed(ended, 0));
      return;
    }
    commands.add(() -> begin(ask));
  }

  /**
   * Gives up on continuations that nobody waits for any more.
   *
   * @param ask that was submitted; what has ended stays as it is.
   * @param why told to the sinks.
   */
  public void cancel(final Ask ask, final RolloutFailure why) {
    commands.add(
        () -> {
          for (final Running running : List.copyOf(open.values())) {
            if (running.ask == ask) {
              giveUp(running, why);
            }
          }
        });
  }

  /**
   * Lets go of everything a rollout holds.
   *
   * @param rollout its number.
   * @return what its memory came to: blocks times nanoseconds.
   */
  public CompletableFuture<Long> forget(final int rollout) {
    final CompletableFuture<Long> held = new CompletableFuture<>();
    commands.add(
        () -> {
          for (final Strand strand : List.copyOf(idle.values())) {
            if (strand.rollout == rollout) {
              release(strand);
            }
          }
          held.complete(runner.forget(rollout, new int[] {rollout})[0]);
        });
    if (failure != null) {
      held.complete(0L);
    }
    return held;
  }

  /**
   * Does something with the runner between two batches.
   *
   * @param <T> the type of the answer.
   * @param action that neither blocks nor keeps the runner.
   * @return its answer.
   */
  public <T> CompletableFuture<T> between(final Function<ModelRunner, T> action) {
    final CompletableFuture<T> answer = new CompletableFuture<>();
    commands.add(
        () -> {
          try {
            answer.complete(action.apply(runner));
          } catch (final RuntimeException e) {
            answer.completeExceptionally(e);
          }
        });
    return answer;
  }

  /**
   * Returns what the loop did.
   *
   * @return counts that any thread may read.
   */
  public SamplingGauge gauge() {
    return gauge;
  }

  /**
   * Returns why the loop ended by itself.
   *
   * @return the failure, or null.
   */
  public RuntimeException failure() {
    return failure;
  }

  private void run() {
    try {
      while (!ending) {
        takeIn();
        if (!open.isEmpty()) {
          turn();
        }
      }
    } catch (final Throwable e) {
      // An error too: whoever waits for an answer must learn that there will be none.
      failure = e instanceof RuntimeException known ? known : new IllegalStateException(e);
    }
    final RolloutFailure ended = failed("the proxy's sampler has ended");
    Runnable left = commands.poll();
    while (left != null) {
      left.run();
      left = commands.poll();
    }
    List.copyOf(open.values()).forEach(running -> giveUp(running, ended));
    waiting.forEach(running -> running.sink.failed(ended, 0));
  }

  private void takeIn() throws InterruptedException {
    Runnable command =
        open.isEmpty() ? commands.poll(IDLE_MS, TimeUnit.MILLISECONDS) : commands.poll();
    while (command != null) {
      command.run();
      command = commands.poll();
    }
  }

  private void turn() throws InterruptedException {
    final int done = runner.poll(answers);
    final long now = System.nanoTime();
    if (done > 0) {
      movedNs = now;
      return;
    }
    expire(now);
    // A runner that may lose answers has no memory of ours to be short of: it waits for servers.
    final boolean isShort = runner.traits().answerWithinNs() == ModelRunner.Traits.ALWAYS_ANSWERS;
    if (isShort && now - movedNs > STALLED_NS && !idle.isEmpty()) {
      release(idle.values().iterator().next());
      movedNs = now;
      return;
    }
    final Runnable command = commands.poll(POLL_NS, TimeUnit.NANOSECONDS);
    if (command != null) {
      command.run();
    }
  }

  private void begin(final Ask ask) {
    if (ending || failure != null) {
      ask.sinks().forEach(sink -> sink.failed(failed("the proxy's sampler has ended"), 0));
      return;
    }
    final Running running = open(ask);
    if (open.size() < runner.traits().mostWork()) {
      submit(running);
    } else {
      waiting.add(running);
    }
  }

  private Running open(final Ask ask) {
    final Strand from = ask.start().strand();
    // A strand that was taken has another in its place by now.
    final boolean known = from != null && idle.get(from.branch) == from;
    final boolean takes = known && !ask.start().shared();
    final int branch = takes ? from.branch : nextBranch++;
    final Work.Place place = new Work.Place(branch, ask.rollout(), ask.rollout());
    final Work work = new Work(place, Copies.one(ask.key()), ask.path(), ask.terms().work());
    final Running running = new Running(ask, branch, work, ask.sinks().getFirst());
    running.everComputed = ask.start().accounted();
    if (known) {
      running.everComputed = from.everComputed;
      running.tailSampled = from.tailSampled;
      if (takes) {
        idle.remove(from.branch);
      } else {
        runner.fork(from.branch, branch);
      }
    }
    return running;
  }

  private void submit(final Running running) {
    final int most = Math.min(running.ask.terms().mostTokens(), room(running));
    running.work.asker(running);
    running.work.submittedAt(System.nanoTime());
    open.put(running.branch, running);
    gauge.opened(open.size());
    runner.submit(running.work.ask(most, running.ask.sinks().size()));
  }

  private int room(final Running running) {
    return Math.max(1, runner.traits().contextTokens() - running.work.length());
  }

  private void goOn(final Running running) {
    final int left = running.ask.terms().mostTokens() - running.sampled();
    running.work.submittedAt(System.nanoTime());
    runner.submit(running.work.ask(Math.min(left, room(running)), 1));
  }

  private void release(final Strand strand) {
    idle.remove(strand.branch);
    runner.release(strand.branch);
  }

  private void giveUp(final Running running, final RolloutFailure why) {
    runner.release(running.branch);
    failed(running, why);
  }

  private void failed(final Running running, final RolloutFailure why) {
    open.remove(running.branch);
    gauge.discarded(running.wasted());
    running.sink.failed(why, running.wasted());
    running.ask.sinks().stream()
        .skip(1)
        .filter(sink -> running.sink == running.ask.sinks().getFirst() && running.sampled() == 0)
        .forEach(sink -> sink.failed(why, 0));
    next();
  }

  private void next() {
    while (!waiting.isEmpty() && open.size() < runner.traits().mostWork()) {
      submit(waiting.remove());
    }
  }

  private void expire(final long now) {
    final long most = runner.traits().answerWithinNs();
    if (most == ModelRunner.Traits.ALWAYS_ANSWERS) {
      return;
    }
    for (final Running running : new ArrayList<>(open.values())) {
      if (now - running.work.submittedNs() > most) {
        giveUp(running, failed("the model did not answer in time: ms=" + most / 1_000_000));
      }
    }
  }

  private static RolloutFailure failed(final String message) {
    return new RolloutFailure(RolloutFailure.Boundary.BACKEND, "no_answer", message);
  }

  private void ended(final Running running) {
    open.remove(running.branch);
    final Strand strand = new Strand(running);
    idle.put(strand.branch, strand);
    final Sampled sampled = running.finish(strand);
    gauge.sampled(sampled.tokens().length, sampled.spent());
    running.sink.ended(sampled);
    if (idle.size() > MOST_IDLE) {
      release(idle.values().iterator().next());
    }
    next();
  }

  /** Takes in what the runner says. */
  private final class Answers implements RunnerListener {
    @Override
    public void quoted(final Quotes quotes) {
      movedNs = System.nanoTime();
      for (int row = 0; row < quotes.rows(); row++) {
        final Running running = asking(quotes.branch(row), quotes.ticket(row));
        if (running != null) {
          running.quoted(quotes, row);
        }
      }
    }

    @Override
    public void drawn(final Draws draws) {
      movedNs = System.nanoTime();
      for (int row = 0; row < draws.rows(); row++) {
        final Running running = asking(draws.branch(row), draws.ticket(row));
        if (running == null) {
          continue;
        }
        if (draws.failure(row) != null) {
          running.computedAgain(draws.again(row), draws.wasted(row));
          giveUp(running, draws.failure(row));
          continue;
        }
        running.computed(draws.cached(row));
        running.computedAgain(draws.again(row), draws.wasted(row));
        if (draws.count(row) > 0) {
          drawn(running, draws, row);
        }
      }
    }

    private Running asking(final int branch, final int ticket) {
      final Running running = open.get(branch);
      return running != null && running.work.ticket() == ticket ? running : null;
    }

    private void drawn(final Running first, final Draws draws, final int row) {
      final int wanted = first.sampled() > 0 ? 1 : first.ask.sinks().size();
      final List<Running> all = new ArrayList<>();
      all.add(first);
      for (int i = 1; i < wanted && first.sink == first.ask.sinks().getFirst(); i++) {
        all.add(child(first, i));
      }
      for (int i = 0; i < all.size(); i++) {
        extend(all.get(i), draws, row, i);
      }
    }

    private Running child(final Running first, final int draw) {
      final int branch = nextBranch++;
      final int n = first.ask.sinks().size();
      final Copies copies =
          Copies.one(first.ask.key()).apart(new int[] {draw}, n, first.work.length(), draw);
      final Running child =
          first.sibling(branch, first.work.fork(branch, copies), first.ask.sinks().get(draw));
      child.work.asker(child);
      runner.fork(first.branch, branch);
      open.put(branch, child);
      return child;
    }

    private void extend(final Running running, final Draws draws, final int row, final int draw) {
      final int start = draws.start(row, draw);
      final int end = start + draws.length(row, draw);
      boolean more = true;
      int at = start;
      while (more && at < end) {
        if (at > start) {
          running.passed();
        }
        final int token = draws.tokenAt(at);
        final float logprob = draws.logprobAt(at);
        running.append(token, logprob, draws.version(row));
        more =
            running.sink.accept(token, logprob)
                && running.sampled() < running.ask.terms().mostTokens()
                && running.work.length() < runner.traits().contextTokens();
        at++;
      }
      running.discard(end - at);
      if (more) {
        goOn(running);
      } else {
        ended(running);
      }
    }
  }

  /** Ends the thread; whatever is open fails. */
  @Override
  public void close() {
    ending = true;
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (final InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
