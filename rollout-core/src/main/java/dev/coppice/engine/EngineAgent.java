package dev.coppice.engine;

import dev.coppice.core.Core;
import dev.coppice.core.Effect;
import dev.coppice.core.Event;
import dev.coppice.episode.Episode;
import dev.coppice.eventlog.EventBytes;
import dev.coppice.eventlog.EventCodec;
import dev.coppice.model.Draws;
import dev.coppice.model.ModelRunner;
import dev.coppice.model.Quotes;
import dev.coppice.model.RunnerListener;
import dev.coppice.model.Work;
import dev.coppice.rollout.GroupResult;
import dev.coppice.rollout.TreeLedger;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.concurrent.Agent;

/**
 * The engine thread's duty cycle: take in, expire, switch weights, sample, carry out.
 *
 * @thread its own; everything it holds is touched by no other thread.
 */
final class EngineAgent implements Agent, RunnerListener {
  private final Core core;
  private final RolloutEngine.Parts parts;
  private final Inbox inbox;
  private final ToolWorkers workers;
  private final ModelRunner runner;
  private final Pace pace;
  private final EngineGauge gauge;
  private final Offers offers;
  private final WeightPublisher publisher;
  private final CallsUnderWay calls;
  private final WorkUnderWay work;
  private WeightPublisher.Loaded nextWeights;
  private volatile boolean paused;
  private boolean closed;
  private long heardNs;
  private final EventBytes bytes = new EventBytes();
  private final List<Effect> effects = new ArrayList<>();
  private final Int2ObjectHashMap<Episode> worlds = new Int2ObjectHashMap<>();

  /** Where messages come from, and who works for this thread on others. */
  record Outside(Inbox inbox, ToolWorkers workers, WeightPublisher publisher) {}

  /** What the engine was configured with. */
  record Limits(long seed, long callDeadlineNs) {}

  EngineAgent(
      final Core core,
      final RolloutEngine.Parts parts,
      final Outside outside,
      final Limits limits,
      final EngineGauge gauge,
      final Pace pace) {
    this.core = core;
    this.parts = parts;
    this.inbox = outside.inbox();
    this.workers = outside.workers();
    this.publisher = outside.publisher();
    this.runner = parts.runner();
    this.gauge = gauge;
    this.pace = pace;
    this.calls = new CallsUnderWay(limits.callDeadlineNs());
    this.work = new WorkUnderWay(runner.traits().answerWithinNs());
    this.offers =
        new Offers(
            parts.environment(),
            parts.tokenizer(),
            parts.runner().traits().vocabularySize(),
            limits.seed(),
            limits.callDeadlineNs());
  }

  @Override
  public int doWork() throws Exception {
    // Read before the results are: one that came in time must not expire while others are taken in.
    final long nowNs = gauge.beginCycle();
    int done = inbox.poll(this::receive);
    done += calls.expire(nowNs, this::giveUp);
    done += pace.release(calls.size(), this::land);
    done += switchWeights();
    done += paused || !pace.maySample(calls.size()) ? work.unheard(nowNs) : hearModel(nowNs);
    return gauge.endCycle(done);
  }

  private int hearModel(final long nowNs) {
    work.heard(nowNs);
    return runner.poll(this) + work.expire(nowNs, this::apply);
  }

  private void receive(final Object message) {
    switch (message) {
      case RolloutEngine.Offered offered -> {
        gauge.begin();
        offered.requests().forEach(request -> apply(offers.open(request)));
      }
      case Event.GroupRestored restored -> apply(restored);
      case Event.LessonTaken lesson -> apply(lesson);
      case Event.CallDone done -> arrived(done.ticket(), done);
      case Event.Scored scored -> arrived(scored.ticket(), scored);
      case WeightPublisher.Loaded loaded -> nextWeights = loaded;
      case RolloutEngine.Pause pause -> {
        paused = pause.paused();
        pause.done().complete(null);
      }
      default -> throw new IllegalStateException("unknown message: " + message);
    }
  }

  private void arrived(final Event.Ticket ticket, final Event result) {
    if (calls.awaits(ticket)) {
      pace.arrived(ticket.branch(), result, this::land);
    }
  }

  private void giveUp(final ToolWorkers.Running late) {
    if (!pace.holds(late.ticket.branch())) {
      worlds.remove(late.ticket.branch());
      late.cancel();
      pace.arrived(late.ticket.branch(), calls.timedOut(late), this::land);
    }
  }

  private void land(final Event result) {
    final Event.Ticket ticket =
        result instanceof Event.CallDone done ? done.ticket() : ((Event.Scored) result).ticket();
    if (calls.settled(ticket)) {
      apply(result);
    }
  }

  private int switchWeights() {
    if (nextWeights == null || !runner.mayAdopt()) {
      return 0;
    }
    apply(new Event.WeightsSwapped(pace.eventNs(), nextWeights.publication().version()));
    return 1;
  }

  @Override
  public void quoted(final Quotes quotes) {
    if (pace.isLive()) {
      work.quoted(quotes, pace.nowNs(), gauge);
    }
    apply(new Event.Quoted(pace.eventNs(), quotes));
  }

  @Override
  public void drawn(final Draws draws) {
    work.answered(draws);
    apply(new Event.Drawn(pace.eventNs(), draws));
  }

  @Override
  public void computed(final int rows, final long computeNs, final long drawNs) {
    gauge.forward(rows, computeNs, drawNs);
  }

  /** Journals an event, applies it and carries out what follows. */
  private void apply(final Event event) {
    final int type = EventCodec.encode(event, bytes);
    parts.journal().append(type, bytes.buffer(), 0, bytes.length());
    effects.clear();
    heardNs = gauge.nowNs();
    core.step(event, effects);
    for (int i = 0; i < effects.size(); i++) {
      // Nearly all effects ask the model: they go past the switch.
      if (effects.get(i) instanceof Effect.Sample sample) {
        submit(sample.work());
      } else {
        carryOut(effects.get(i));
      }
    }
  }

  private void submit(final Work asked) {
    work.submitted(asked, heardNs);
    runner.submit(asked);
  }

  private void carryOut(final Effect effect) {
    switch (effect) {
      case Effect.Sample sample -> submit(sample.work());
      case Effect.StartWorld start ->
          worlds.put(start.branch(), Offers.forked(offers.world(start.group()), start.noise()));
      case Effect.Fork fork -> {
        runner.fork(fork.parent(), fork.child());
        worlds.put(fork.child(), Offers.forked(worlds.get(fork.parent()), fork.noise()));
      }
      case Effect.Release release -> {
        work.released(release.branch());
        runner.release(release.branch());
      }
      case Effect.CloseWorld close -> closeWorld(close.branch());
      case Effect.Call call -> calls.started(workers.call(call, world(call.ticket())));
      case Effect.Say say -> calls.started(workers.say(say, world(say.ticket())));
      case Effect.Score score ->
          calls.started(workers.score(score.ticket(), world(score.ticket()), score.answer()));
      case Effect.ScoreTruncated score ->
          calls.started(
              workers.scoreTruncated(score.ticket(), world(score.ticket()), score.reason()));
      case Effect.GroupDone done -> deliver(done);
      case Effect.UseWeights use -> useWeights(use.version());
    }
  }

  private Episode world(final Event.Ticket ticket) {
    return worlds.get(ticket.branch());
  }

  private void closeWorld(final int branch) {
    final Episode world = worlds.remove(branch);
    if (world != null) {
      Offers.closed(world);
    }
  }

  private void useWeights(final int version) {
    final WeightPublisher.Loaded loaded = nextWeights;
    nextWeights = null;
    runner.adopt(loaded.weights(), version);
    publisher.switched(loaded.publication());
  }

  /** Whether the model is not asked to go on. */
  boolean isPaused() {
    return paused;
  }

  private void deliver(final Effect.GroupDone done) {
    final GroupResult result = withHeldMemory(done);
    offers.close(done.group());
    gauge.groupDone(core.counters(), runner.counters());
    parts.journal().flush();
    parts.listener().onGroup(result);
  }

  /** The core knows no memory of the model: what a tree held of it is asked of the runner. */
  private GroupResult withHeldMemory(final Effect.GroupDone done) {
    final long[] heldNs = runner.forget(done.group(), done.trees());
    final List<TreeLedger> ledgers = new ArrayList<>(heldNs.length);
    for (int i = 0; i < heldNs.length; i++) {
      ledgers.add(done.result().ledgers().get(i).holding(heldNs[i]));
    }
    return new GroupResult(
        done.result().request(), done.result().group(), ledgers, done.result().decisionTurn());
  }

  /** Gives up what runs and closes every world nobody works in; a second call does nothing. */
  @Override
  public void onClose() {
    if (closed) {
      return;
    }
    closed = true;
    calls.forEach(
        running -> {
          worlds.remove(running.ticket.branch());
          running.cancel();
        });
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
}
