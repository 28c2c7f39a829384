package dev.coppice.remote.work;

import dev.coppice.model.Work;
import dev.coppice.remote.http.Exchange;
import dev.coppice.remote.protocol.Finish;
import dev.coppice.remote.protocol.ServerAnswer;
import dev.coppice.remote.replica.Placement;
import dev.coppice.remote.replica.Replica;
import dev.coppice.remote.replica.Replicas;
import dev.coppice.trajectory.RolloutFailure;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Has one draw of a piece of work sampled, by as many requests as it takes.
 *
 * <p>A server that does not begin is asked again later, another is asked where one was lost. What was
 * sampled before a loss stays: with its log-probabilities it is as good as any, and dropping it would
 * favour short answers.
 *
 * @thread its own virtual thread; read by the engine thread once it has ended.
 */
final class DrawTask implements Runnable {
  private static final long FIRST_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LONGEST_PAUSE_NS = TimeUnit.SECONDS.toNanos(5);

  private final AskedWork asked;
  private final int index;
  private final Context context;
  private final int most;
  private final int rowTop;
  private Placement placement;
  private int[] tokens = new int[32];
  private float[] logprobs = new float[32];
  private int length;
  private int computed;
  private int segments;
  private Finish finish;
  private boolean isAtContextEnd;
  private RowDistribution row;
  private RolloutFailure failure;
  private String refusal;
  private Exchange exchange;
  private Replica replica;
  private String id;
  private boolean cancelled;

  /** What all draws of a runner have in common. */
  record Context(
      Replicas replicas, PathSharing sharing, RemoteSettings settings, RemoteTally tally) {
    /** Whether the servers tell ids and log-probabilities, or texts alone. */
    boolean tellsTokens() {
      return replicas.all().getFirst().speech().dialect().tellsTokens();
    }
  }

  /** How many tokens a draw asks for, and how much of the first one's row. */
  record Wanted(int mostTokens, int rowTop) {}

  /** Makes the task of one draw. */
  DrawTask(final AskedWork asked, final int index, final Wanted wanted, final Context context) {
    this.asked = asked;
    this.index = index;
    this.most = wanted.mostTokens();
    this.rowTop = wanted.rowTop();
    this.context = context;
  }

  /** Names the server that was chosen when the work was quoted; the task closes it. */
  void placed(final Placement first) {
    placement = first;
  }

  @Override
  public void run() {
    try {
      sample();
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      failure = failure("interrupted", "the engine ended");
    } catch (final IOException | RuntimeException e) {
      failure = failure("server_answer_unusable", e.toString());
    } finally {
      if (placement != null) {
        placement.close();
      }
      asked.ended(this);
    }
  }

  private void sample() throws IOException, InterruptedException {
    long pauseNs = FIRST_PAUSE_NS;
    int losses = 0;
    while (!isCancelled() && !isComplete()) {
      final Verdict verdict = attempt();
      if (verdict == null) {
        failure = failure("no_server", "no server was up before the deadline");
        return;
      }
      if (refusal != null) {
        failure = failure("server_answer_unusable", refusal);
        return;
      }
      switch (verdict.kind()) {
        case DONE -> {
          if (finish != Finish.ABORT) {
            requireTokens();
            return;
          }
          pauseNs = pause(pauseNs);
        }
        case REFUSED -> {
          failure = failure("request_refused", verdict.message());
          return;
        }
        case BUSY, ABSENT -> {
          pauseNs = pause(pauseNs);
          if (deadlineNs() - System.nanoTime() <= 0) {
            failure = failure("server_busy", verdict.message());
            return;
          }
        }
        case CUT, FULL -> {
          if (length > 0) {
            context.tally().keptPrefixes.increment();
            return;
          }
          if (++losses >= context.settings().patience().attempts()) {
            failure = failure("server_lost", verdict.message());
            return;
          }
        }
      }
      context.tally().retries.increment();
    }
  }

  /** Asks a server once; null if none was up in time. */
  private Verdict attempt() throws IOException, InterruptedException {
    final int[] path = path();
    if (placement == null || !placement.replica().isUp()) {
      if (placement != null) {
        placement.close();
      }
      placement = context.replicas().await(path, left(), deadlineNs());
    }
    if (placement == null) {
      return null;
    }
    final Replica chosen = placement.replica();
    try {
      final Verdict verdict = context.sharing().run(this, chosen);
      switch (verdict.kind()) {
        case ABSENT -> context.replicas().markDown(chosen);
        case CUT -> {
          if (!isCancelled()) {
            context.replicas().markDown(chosen);
          }
        }
        case FULL -> {
          if (chosen.slots() != null) {
            chosen.slots().lowerLimit();
          }
        }
        default -> {
          return verdict;
        }
      }
      return verdict;
    } finally {
      placement.close();
      placement = null;
    }
  }

  private long pause(final long pauseNs) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(Math.min(pauseNs, Math.max(0, deadlineNs() - System.nanoTime())));
    return Math.min(LONGEST_PAUSE_NS, pauseNs * 2);
  }

  private void requireTokens() {
    if (length == 0) {
      failure = failure("no_tokens", "the server ended the answer without a token");
    } else {
      requirePlausible();
    }
  }

  /** Nobody may train on what is no token of the model, or has no probability. */
  private void requirePlausible() {
    for (int i = 0; i < length; i++) {
      final boolean isToken = tokens[i] >= 0 && tokens[i] < context.settings().vocabularySize();
      if (!isToken || (context.tellsTokens() && !Float.isFinite(logprobs[i]))) {
        failure =
            failure(
                "server_answer_unusable",
                "token="
                    + tokens[i]
                    + " logprob="
                    + logprobs[i]
                    + " at "
                    + (path().length - length + i));
        return;
      }
    }
  }

  private static RolloutFailure failure(final String code, final String message) {
    return new RolloutFailure(RolloutFailure.Boundary.BACKEND, code, message);
  }

  /** Takes in what a request gave; the last token of an earlier one cost nothing to read again. */
  void take(final ServerAnswer answer, final int newlyComputed, final int askedFor) {
    computed += segments > 0 && newlyComputed > 0 ? newlyComputed - 1 : newlyComputed;
    if (rowTop != 0 && length == 0 && answer.rowLength() > 0) {
      row = RowDistribution.of(answer);
    }
    final int more = answer.length();
    if (length + more > tokens.length) {
      tokens = Arrays.copyOf(tokens, Math.max(length + more, tokens.length * 2));
      logprobs = Arrays.copyOf(logprobs, tokens.length);
    }
    final boolean isCertain = context.tellsTokens() && terms().sampling().temperature() == 0;
    for (int i = 0; i < more; i++) {
      tokens[length] = answer.token(i);
      // Without temperature one token is certain; servers tell the model's own number there.
      logprobs[length++] = isCertain ? 0 : Math.min(0, answer.logprob(i));
    }
    segments += more > 0 ? 1 : 0;
    finish = answer.finishReason();
    isAtContextEnd = finish == Finish.LENGTH && more < askedFor;
  }

  /** Notes that an answer cannot be used, and why. */
  void refuse(final String message) {
    refusal = message;
  }

  /** Notes a request that was sent; false if the draw is not wanted any more. */
  synchronized boolean underWay(
      final Exchange newExchange, final Replica newReplica, final String newId) {
    exchange = newExchange;
    replica = newReplica;
    id = newId;
    return !cancelled;
  }

  /** Ends the draw: its connection is closed, and its server told where that does not suffice. */
  void cancel() {
    final Replica at;
    final String name;
    synchronized (this) {
      cancelled = true;
      at = replica;
      name = id;
      if (exchange != null) {
        exchange.cancel();
      }
    }
    if (at != null) {
      Thread.ofVirtual().start(() -> abort(at, name));
    }
  }

  private static void abort(final Replica at, final String name) {
    try {
      at.speech().control().abort(name);
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean isCancelled() {
    return cancelled;
  }

  /** Whether there is nothing more to ask for. */
  boolean isComplete() {
    return length >= most || finish == Finish.STOP || isAtContextEnd;
  }

  int left() {
    return most - length;
  }

  int[] path() {
    final int[] start = asked.path();
    final int[] path = Arrays.copyOf(start, start.length + length);
    System.arraycopy(tokens, 0, path, start.length, length);
    return path;
  }

  /** The path without its last token where that was sampled, since nobody has computed that. */
  int[] computedPath() {
    final int[] path = path();
    return length == 0 ? path : Arrays.copyOf(path, path.length - 1);
  }

  String nextId() {
    return asked.id() + "." + index + "." + segments + "." + Long.toString(System.nanoTime(), 36);
  }

  long key() {
    return asked.key(index);
  }

  boolean isShared() {
    return asked.isShared();
  }

  Work.Terms terms() {
    return asked.terms();
  }

  String salt() {
    return asked.salt();
  }

  int rowTop() {
    return length == 0 ? rowTop : 0;
  }

  long deadlineNs() {
    return asked.deadlineNs();
  }

  AskedWork asked() {
    return asked;
  }

  int index() {
    return index;
  }

  int length() {
    return length;
  }

  int token(final int at) {
    return tokens[at];
  }

  float logprob(final int at) {
    return logprobs[at];
  }

  int computed() {
    return computed;
  }

  RowDistribution row() {
    return row;
  }

  RolloutFailure failure() {
    return failure;
  }

  /** Whether the server's context ended before what was asked for did. */
  boolean isAtContextEnd() {
    return isAtContextEnd;
  }
}
