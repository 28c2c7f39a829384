package dev.coppice.engine;

import dev.coppice.core.Core;
import dev.coppice.core.Effect;
import dev.coppice.core.Event;
import dev.coppice.core.State;
import dev.coppice.episode.Episode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.concurrent.Agent;

/**
 * The engine thread's duty cycle: take in, expire, plan, compute, carry out.
 *
 * @thread its own; everything it holds is touched by no other thread.
 */
final class EngineAgent implements Agent {
  private final State state;
  private final RolloutEngine.Parts parts;
  private final Inbox inbox;
  private final ToolWorkers workers;
  private final ForwardStage forward;
  private final LongSupplier clockNs;

  /** What keeps events in a fixed order, or null where they come as they come. */
  private final Lockstep lockstep;

  private final long deadlineNs;
  private final EngineGauge gauge;
  private final Offers offers;
  private final WeightPublisher publisher;
  private WeightPublisher.Loaded nextWeights;
  private volatile boolean paused;
  private boolean closed;
  private final EventCodec.EventBytes bytes = new EventCodec.EventBytes();
  private final List<Effect> effects = new ArrayList<>();
  private final Int2ObjectHashMap<Episode> worlds = new Int2ObjectHashMap<>();
  private final Int2ObjectHashMap<ToolWorkers.Running> running = new Int2ObjectHashMap<>();
  private final LinkedHashSet<ToolWorkers.Running> byDeadline = new LinkedHashSet<>();

  /** Where messages come from, and who works for this thread on others. */
  record Outside(Inbox inbox, ToolWorkers workers, WeightPublisher publisher) {}

  EngineAgent(
      final State state,
      final RolloutEngine.Parts parts,
      final Outside outside,
      final EngineGauge gauge,
      final RolloutEngine.Pace pace) {
    this.state = state;
    this.parts = parts;
    this.inbox = outside.inbox();
    this.workers = outside.workers();
    this.publisher = outside.publisher();
    this.gauge = gauge;
    this.clockNs = pace.clockNs();
    this.lockstep = pace.inLockstep() ? new Lockstep() : null;
    this.deadlineNs = state.config().limits().callDeadlineNs();
    this.forward = new ForwardStage(state, parts.backend(), gauge, clockNs);
    this.offers = new Offers(parts.environment(), parts.tokenizer(), state.config().seed());
  }

  @Override
  public int doWork() throws Exception {
    // Read before the results are: one that came in time must not expire while others are taken in.
    final long nowNs = clockNs.getAsLong();
    gauge.beginCycle(nowNs);
    int work = inbox.poll(this::receive);
    work += expire(nowNs);
    if (lockstep != null) {
      work += lockstep.release(running.size(), this::received);
    }
    if (nextWeights != null && state.maySwitchWeights()) {
      apply(new Event.WeightsSwapped(eventNs(), nextWeights.publication().version()));
      work++;
    }
    if (!paused && state.wantsTick() && (lockstep == null || running.isEmpty())) {
      apply(new Event.Tick(eventNs()));
      work++;
    }
    gauge.endCycle(work, clockNs.getAsLong());
    return work;
  }

  private long eventNs() {
    return lockstep == null ? clockNs.getAsLong() : lockstep.nextNs();
  }

  private void receive(final Object message) {
    switch (message) {
      case RolloutEngine.Offered offered -> {
        gauge.begin(clockNs.getAsLong());
        offered.requests().forEach(request -> apply(offers.open(request)));
      }
      case Event.GroupRestored restored -> apply(restored);
      case Event.CallDone done -> result(done.ticket(), done);
      case Event.Scored scored -> result(scored.ticket(), scored);
      case WeightPublisher.Loaded loaded -> nextWeights = loaded;
      case RolloutEngine.Pause pause -> {
        paused = pause.paused();
        pause.done().complete(null);
      }
      default -> throw new IllegalStateException("unknown message: " + message);
    }
  }

  private void result(final Event.Ticket ticket, final Event result) {
    final ToolWorkers.Running work = running.get(ticket.branch());
    if (lockstep == null) {
      received(result);
    } else if (work != null && work.ticket.equals(ticket)) {
      lockstep.hold(ticket.branch(), result);
    }
  }

  private void received(final Event result) {
    final Event.Ticket ticket =
        result instanceof Event.CallDone done ? done.ticket() : ((Event.Scored) result).ticket();
    if (settled(ticket)) {
      apply(result);
    }
  }

  /** Forgets work that came back; false if it had been given up before. */
  private boolean settled(final Event.Ticket ticket) {
    final ToolWorkers.Running work = running.get(ticket.branch());
    if (work == null || !work.ticket.equals(ticket)) {
      return false;
    }
    running.remove(ticket.branch());
    byDeadline.remove(work);
    return true;
  }

  private int expire(final long nowNs) {
    int expired = 0;
    for (Iterator<ToolWorkers.Running> it = byDeadline.iterator(); it.hasNext(); expired++) {
      final ToolWorkers.Running oldest = it.next();
      if (nowNs < oldest.dueNs(deadlineNs)) {
        break;
      }
      it.remove();
      if (lockstep != null && lockstep.holds(oldest.ticket.branch())) {
        continue;
      }
      worlds.remove(oldest.ticket.branch());
      oldest.cancel();
      if (lockstep == null) {
        running.remove(oldest.ticket.branch());
        apply(timeout(oldest));
      } else {
        lockstep.hold(oldest.ticket.branch(), timeout(oldest));
      }
    }
    return expired;
  }

  private Event timeout(final ToolWorkers.Running work) {
    return work.isCall
        ? ToolWorkers.timedOut(work, deadlineNs)
        : ToolWorkers.unscored(
            work, "timeout", "no answer within " + deadlineNs / 1_000_000 + " ms");
  }

  /** Journals an event, applies it and carries out what follows; a batch is an event again. */
  private void apply(final Event first) {
    Event event = first;
    while (event != null) {
      final int type = EventCodec.encode(event, bytes);
      parts.journal().append(type, bytes.buffer(), 0, bytes.length());
      effects.clear();
      if (lockstep == null) {
        state.heardAt(clockNs.getAsLong());
      }
      Core.step(state, event, effects);
      event = null;
      for (int i = 0; i < effects.size(); i++) {
        if (carryOut(effects.get(i))) {
          event = lockstep == null ? forward.compute() : lockstep.stamped(forward.compute());
        }
      }
    }
  }

  /** Carries out an effect; true if it asks for the batch to be computed. */
  private boolean carryOut(final Effect effect) {
    switch (effect) {
      case Effect.StartWorld start ->
          worlds.put(start.branch(), Offers.forked(offers.world(start.group())));
      case Effect.ForkWorld fork ->
          worlds.put(fork.child(), Offers.forked(worlds.get(fork.parent())));
      case Effect.CloseWorld close -> {
        final Episode world = worlds.remove(close.branch());
        if (world != null) {
          Offers.closed(world);
        }
      }
      case Effect.Call call -> started(workers.call(call, worlds.get(call.ticket().branch())));
      case Effect.Score score ->
          started(
              workers.score(score.ticket(), worlds.get(score.ticket().branch()), score.answer()));
      case Effect.ScoreTruncated score ->
          started(
              workers.scoreTruncated(
                  score.ticket(), worlds.get(score.ticket().branch()), score.reason()));
      case Effect.GroupDone done -> deliver(done);
      case Effect.UseWeights use -> switchWeights(use.version());
      case Effect.RetireWeights retired -> parts.backend().retire(retired.version());
      case Effect.Forward ignored -> {
        return true;
      }
    }
    return false;
  }

  private void switchWeights(final int version) {
    final WeightPublisher.Loaded loaded = nextWeights;
    nextWeights = null;
    parts.backend().adopt(loaded.weights(), version);
    publisher.switched(loaded.publication());
  }

  /** Whether no forward pass starts. */
  boolean isPaused() {
    return paused;
  }

  private void started(final ToolWorkers.Running work) {
    running.put(work.ticket.branch(), work);
    byDeadline.add(work);
  }

  private void deliver(final Effect.GroupDone done) {
    offers.close(done.group());
    forward.forget(done.group());
    gauge.groupDone(state.counters(), clockNs.getAsLong());
    parts.journal().flush();
    parts.listener().onGroup(done.result());
  }

  /** Gives up what runs and closes every world nobody works in; a second call does nothing. */
  @Override
  public void onClose() {
    if (closed) {
      return;
    }
    closed = true;
    for (final ToolWorkers.Running work : byDeadline) {
      worlds.remove(work.ticket.branch());
      work.cancel();
    }
    if (nextWeights != null) {
      nextWeights.weights().close();
    }
    worlds.values().forEach(Offers::closed);
    offers.closeAll();
    workers.close();
  }

  @Override
  public String roleName() {
    return "coppice-engine";
  }

  /**
   * Makes a run a function of its seed and of what its tools answer, whatever they take.
   *
   * <p>Results wait until every call under way has come back, and are then applied in the order of
   * their branches; time goes on by a millisecond an event. So batches, cache hits and the order of
   * groups are the same in every run, and a run over recorded results repeats the recorded one byte
   * for byte. The price is that a slow tool holds up the branches of its wave.
   */
  private static final class Lockstep {
    private static final long STEP_NS = 1_000_000;

    private final TreeMap<Integer, Event> held = new TreeMap<>();
    private long stepNs;

    /** Returns the time of the next event. */
    long nextNs() {
      stepNs += STEP_NS;
      return stepNs;
    }

    /** Gives the event a batch came to its place in time. */
    Event stamped(final Event event) {
      return switch (event) {
        case Event.BatchDone done ->
            new Event.BatchDone(nextNs(), done.policyVersion(), done.draws());
        case Event.BatchFailed failed -> new Event.BatchFailed(nextNs(), failed.message());
        default -> event;
      };
    }

    /** Keeps the first result for a branch until the others are there. */
    void hold(final int branch, final Event event) {
      held.putIfAbsent(branch, event);
    }

    boolean holds(final int branch) {
      return held.containsKey(branch);
    }

    /** Hands over what is held, in the order of the branches, if it is all that is under way. */
    int release(final int running, final Consumer<Event> receiver) {
      if (held.isEmpty() || held.size() < running) {
        return 0;
      }
      final TreeMap<Integer, Event> released = new TreeMap<>(held);
      held.clear();
      released.values().forEach(receiver);
      return released.size();
    }
  }
}
