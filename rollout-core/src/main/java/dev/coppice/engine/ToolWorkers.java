package dev.coppice.engine;

import dev.coppice.core.Effect;
import dev.coppice.core.Event;
import dev.coppice.episode.Episode;
import dev.coppice.episode.InvalidToolResultException;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Provenance;
import dev.coppice.episode.Score;
import dev.coppice.episode.ToolFailedException;
import dev.coppice.model.Tokenizer;
import dev.coppice.rollout.RolloutLimits;
import dev.coppice.rollout.RolloutLimits.ObservationLimit;
import dev.coppice.trajectory.RolloutFailure;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.ToolCall;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Runs tool calls and scorings on virtual threads and reports what came of them.
 *
 * <p>Nothing that a tool does reaches the engine as an exception: it throws, floods or answers
 * nonsense, and the result says so.
 *
 * @thread {@link #call} and {@link #score} the engine thread; the work itself one virtual thread per
 *     call, or a bounded number where asked for.
 */
final class ToolWorkers implements AutoCloseable {
  private static final int LARGEST_BYTES_PER_TOKEN = 64;
  private static final int QUEUE_DEADLINES = 10;
  private static final long LARGEST_LATENCY_NS = 3_600_000_000_000L;

  private final ExecutorService threads;
  private final Dispatcher dispatcher;
  private final Tokenizer tokenizer;
  private final RolloutLimits limits;
  private final Inbox inbox;
  private final Histogram latency = new ConcurrentHistogram(LARGEST_LATENCY_NS, 3);

  ToolWorkers(
      final int threadCount,
      final Tokenizer tokenizer,
      final RolloutLimits limits,
      final Inbox inbox) {
    final ThreadFactory factory = Thread.ofVirtual().name("tool-", 0).factory();
    this.threads =
        threadCount == 0
            ? Executors.newThreadPerTaskExecutor(factory)
            : Executors.newFixedThreadPool(threadCount, factory);
    this.dispatcher = new Dispatcher(threads);
    this.tokenizer = tokenizer;
    this.limits = limits;
    this.inbox = inbox;
  }

  /** Work that is going on; the engine thread cancels it at its deadline. */
  static final class Running {
    final Event.Ticket ticket;
    final Episode episode;
    final boolean isCall;
    private final long queuedNs = System.nanoTime();
    private long startNs;
    private Thread thread;
    private boolean cancelled;

    Running(final Event.Ticket ticket, final Episode episode, final boolean isCall) {
      this.ticket = ticket;
      this.episode = episode;
      this.isCall = isCall;
    }

    synchronized boolean begin() {
      thread = Thread.currentThread();
      startNs = System.nanoTime();
      Thread.interrupted();
      return !cancelled;
    }

    /** The deadline counts from the start; waiting for a thread has a limit ten times as long. */
    synchronized long dueNs(final long deadlineNs) {
      return thread == null && startNs == 0
          ? queuedNs + QUEUE_DEADLINES * deadlineNs
          : startNs + deadlineNs;
    }

    synchronized long elapsedNs() {
      return System.nanoTime() - (startNs == 0 ? queuedNs : startNs);
    }

    /** Marks the end, so that a late cancel does not interrupt what the thread does next. */
    synchronized boolean finish() {
      thread = null;
      return !cancelled;
    }

    synchronized void cancel() {
      cancelled = true;
      if (thread != null) {
        thread.interrupt();
      }
    }
  }

  Running call(final Effect.Call call, final Episode episode) {
    final Running running = new Running(call.ticket(), episode, true);
    dispatcher.execute(() -> run(running, () -> called(running, call)));
    return running;
  }

  Running score(final Event.Ticket ticket, final Episode episode, final String answer) {
    final Running running = new Running(ticket, episode, false);
    dispatcher.execute(() -> run(running, () -> scored(running, () -> episode.finish(answer))));
    return running;
  }

  Running scoreTruncated(
      final Event.Ticket ticket, final Episode episode, final StopReason reason) {
    final Running running = new Running(ticket, episode, false);
    dispatcher.execute(() -> run(running, () -> scored(running, () -> episode.truncated(reason))));
    return running;
  }

  private void run(final Running running, final java.util.function.Supplier<Event> work) {
    if (!running.begin()) {
      Offers.closed(running.episode);
      return;
    }
    final Event event = work.get();
    latency.recordValue(Math.min(LARGEST_LATENCY_NS, running.elapsedNs()));
    if (running.finish()) {
      inbox.publish(event);
    } else {
      Offers.closed(running.episode);
    }
  }

  private Event called(final Running running, final Effect.Call call) {
    try {
      return observed(running, call, running.episode.calls(call.texts(), call.turn()));
    } catch (final ToolFailedException e) {
      return failed(running, e.status(), e.source(), failure(e.code(), e.getMessage()));
    } catch (final InvalidToolResultException e) {
      return failed(
          running, ToolCall.Status.INVALID, "invalid_result", String.valueOf(e.getMessage()));
    } catch (final InterruptedException e) {
      return failed(running, ToolCall.Status.TIMEOUT, "interrupted", "the call was interrupted");
    } catch (final Exception | StackOverflowError | OutOfMemoryError e) {
      return failed(running, ToolCall.Status.THREW, "threw", e.toString());
    }
  }

  private Event observed(
      final Running running, final Effect.Call call, final List<Observation> answers)
      throws Exception {
    if (answers.isEmpty() || answers.contains(null)) {
      return failed(running, ToolCall.Status.INVALID, "no_result", "the tool answered nothing");
    }
    final String text = shown(call, answers);
    if (text.length() <= largest()) {
      final int[] tokens = tokenizer.encode(text);
      if (tokens.length <= limits.observation().tokens()) {
        return done(running, answers, tokens);
      }
    }
    final int[] cut = cut(running.episode, call, answers);
    return cut == null
        ? oversize(running, answers, text.length() + " characters")
        : done(running, answers, cut);
  }

  /** Writes what the policy is shown, behind what is missing of its call. */
  private static String shown(final Effect.Call call, final List<Observation> answers) {
    final StringBuilder text = new StringBuilder(call.missing());
    answers.forEach(answer -> text.append(answer.text()));
    return text.toString();
  }

  private long largest() {
    return (long) limits.observation().tokens() * LARGEST_BYTES_PER_TOKEN;
  }

  /** Finds the longest cut that fits; null where there may be none, or not even its mark fits. */
  private int[] cut(final Episode episode, final Effect.Call call, final List<Observation> answers)
      throws Exception {
    final ObservationLimit limit = limits.observation();
    if (limit.excess() == ObservationLimit.Excess.FAIL) {
      return null;
    }
    int[] best = null;
    long fits = -1;
    long tooMany = largest() + 1;
    while (fits + 1 < tooMany) {
      final int kept = (int) ((fits + tooMany) / 2);
      final List<Observation> shorter =
          episode.shortened(answers, text -> limit.excess().cut(text, kept));
      final int[] tokens = tokenizer.encode(shown(call, shorter));
      if (tokens.length <= limit.tokens()) {
        best = tokens;
        fits = kept;
      } else {
        tooMany = kept;
      }
    }
    return best;
  }

  private static Event done(
      final Running running, final List<Observation> answers, final int[] tokens) {
    return new Event.CallDone(
        running.ticket,
        answers.stream()
            .map(answer -> outcome(running, answer, answer.status(), answer.correct()))
            .toList(),
        tokens,
        answers.getLast().over(),
        answers.stream().mapToDouble(Observation::stepReward).sum(),
        running.episode.digest(),
        null);
  }

  private static Event.CallOutcome outcome(
      final Running running,
      final Observation answer,
      final ToolCall.Status status,
      final Boolean correct) {
    return new Event.CallOutcome(
        answer.tool(),
        answer.arguments(),
        status,
        correct,
        latencyUs(running, answer.source()),
        answer.source().provenance());
  }

  private Event oversize(
      final Running running, final List<Observation> answers, final String size) {
    final String message =
        "the tool answered with "
            + size
            + ", more than "
            + limits.observation().tokens()
            + " tokens; raise limits.observation-tokens, or cut with limits.long-observations";
    final List<Event.CallOutcome> outcomes =
        answers.stream()
            .map(answer -> outcome(running, answer, ToolCall.Status.OVERSIZE, null))
            .toList();
    return failed(running, outcomes, failure("oversize", message));
  }

  private static long latencyUs(final Running running, final Observation.Source source) {
    return source.latencyUs() == Observation.Source.MEASURE
        ? running.elapsedNs() / 1_000
        : source.latencyUs();
  }

  static Event failed(
      final Running running,
      final ToolCall.Status status,
      final String code,
      final String message) {
    return failed(running, status, Observation.Source.REAL, failure(code, message));
  }

  /** Reports a call that was given up at its deadline; it took as long as it was given. */
  static Event timedOut(final Running running, final long deadlineNs) {
    return failed(
        running,
        ToolCall.Status.TIMEOUT,
        new Observation.Source(Provenance.REAL, deadlineNs / 1_000),
        failure("timeout", "no answer within " + deadlineNs / 1_000_000 + " ms"));
  }

  private static RolloutFailure failure(final String code, final String message) {
    return new RolloutFailure(RolloutFailure.Boundary.TOOL, code, message);
  }

  private static Event failed(
      final Running running,
      final ToolCall.Status status,
      final Observation.Source source,
      final RolloutFailure failure) {
    final Event.CallOutcome outcome =
        new Event.CallOutcome(
            "", "{}", status, null, latencyUs(running, source), source.provenance());
    return failed(running, List.of(outcome), failure);
  }

  private static Event failed(
      final Running running, final List<Event.CallOutcome> outcomes, final RolloutFailure failure) {
    return new Event.CallDone(running.ticket, outcomes, new int[0], false, 0.0, null, failure);
  }

  /** What a scoring runs. */
  @FunctionalInterface
  private interface Scoring {
    Score run() throws Exception;
  }

  private static Event scored(final Running running, final Scoring scoring) {
    try {
      final Score score = scoring.run();
      return score == null
          ? unscored(running, "no_score", "the environment answered nothing")
          : new Event.Scored(running.ticket, score, null);
    } catch (final Exception | StackOverflowError | OutOfMemoryError e) {
      return unscored(running, "threw", e.toString());
    }
  }

  static Event unscored(final Running running, final String code, final String message) {
    return new Event.Scored(
        running.ticket,
        Score.NONE,
        new RolloutFailure(RolloutFailure.Boundary.ENVIRONMENT, code, message));
  }

  Histogram latency() {
    return latency.copy();
  }

  /** Interrupts what still runs and does not wait for it. */
  @Override
  public void close() {
    dispatcher.close();
    threads.shutdownNow().forEach(Runnable::run);
  }
}
