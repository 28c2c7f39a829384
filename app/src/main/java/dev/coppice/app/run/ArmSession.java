package dev.coppice.app.run;

import dev.coppice.allocation.GroupOutcome;
import dev.coppice.app.advantage.CreditAssigner;
import dev.coppice.app.advantage.CreditInOrder;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.folder.ArmState;
import dev.coppice.app.mode.WorldModes;
import dev.coppice.bridge.trace.TraceFile;
import dev.coppice.bridge.wire.GroupNumbers;
import dev.coppice.engine.EngineStats;
import dev.coppice.engine.RolloutEngine;
import dev.coppice.eventlog.EngineJournal;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.GroupRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * Runs one arm, or what an earlier session left of it.
 *
 * @thread one.
 */
final class ArmSession {
  private static final long WAIT_NS = TimeUnit.SECONDS.toNanos(2);
  private static final long STALL_NS = TimeUnit.MINUTES.toNanos(30);

  private final RunConfig config;
  private final RunResources resources;
  private final RunProgress progress;
  private final LongConsumer heartbeat;

  /** Makes a session that tells the engine's time so far, in nanoseconds, every few seconds. */
  ArmSession(
      final RunConfig config,
      final RunResources resources,
      final RunProgress progress,
      final LongConsumer heartbeat) {
    this.config = config;
    this.resources = resources;
    this.progress = progress;
    this.heartbeat = heartbeat;
  }

  /** Bundles where the arm's groups and inputs are kept. */
  record Keep(TraceFile traces, SegmentSink trajectories, EngineJournal journal) {}

  /** Holds what a group came to and told that an earlier session finished. */
  record FinishedGroup(List<GroupOutcome.Tree> trees, Map<String, String> told) {
    long computedTokens() {
      return trees.stream().mapToLong(GroupOutcome.Tree::computedTokens).sum();
    }
  }

  /** Holds what a session came to. */
  record Outcome(ArmState state, EngineStats.Latencies latencies) {}

  /** Runs the groups that are not done yet; the map holds the finished ones by index. */
  Outcome run(
      final ArmState state,
      final String runName,
      final Map<Integer, FinishedGroup> done,
      final Keep keep)
      throws InterruptedException {
    final CreditInOrder credit =
        new CreditInOrder(CreditAssigner.of(config), config.engine().groupsInFlight());
    done.forEach((number, group) -> credit.restore(number, group.told()));
    final GroupWriter writer =
        new GroupWriter(
            state.arm(),
            keep.traces(),
            credit,
            resources.groupRewards(),
            keep.trajectories(),
            progress);
    final RolloutEngine.Parts parts =
        resources.parts(Policies.of(state.policy(), config), keep.journal(), writer);
    progress.onArm(state.arm(), state.policy(), done.size(), state.groups());
    writer.start(
        done.size(), done.values().stream().mapToLong(FinishedGroup::computedTokens).sum());
    final EngineStats stats;
    final EngineStats.Latencies latencies;
    final int offered = state.groups() - done.size();
    final Map<String, Long> countedBefore = resources.environment().counters();
    final EngineConfig engineConfig = RolloutJob.engineConfig(config, runName, state);
    try (RolloutEngine engine =
        isExact()
            ? RolloutEngine.startInLockstep(engineConfig, parts)
            : RolloutEngine.start(engineConfig, parts)) {
      if (isExact()) {
        feedInWaves(engine, state.groups(), done);
      } else {
        feed(engine, state.groups(), done);
      }
      awaitAll(engine);
      stats = engine.stats();
      latencies = engine.latencies();
    } catch (final RuntimeException e) {
      writer.end();
      throw writer.failure() == null ? e : writer.failure();
    } catch (final InterruptedException e) {
      writer.end();
      throw e;
    }
    final SessionSums sums = writer.finish();
    progress.onArmDone();
    return new Outcome(
        ended(state, new Counted(stats, world(countedBefore)), sums, offered), latencies);
  }

  /** Bundles what the engine and the world counted in this session. */
  private record Counted(EngineStats stats, Map<String, Long> world) {}

  private Map<String, Long> world(final Map<String, Long> before) {
    final Map<String, Long> now = new LinkedHashMap<>();
    resources
        .environment()
        .counters()
        .forEach((name, count) -> now.put(name, count - before.getOrDefault(name, 0L)));
    return now;
  }

  /** Runs over recordings repeat byte for byte, so nothing may depend on who was faster. */
  private boolean isExact() {
    return WorldModes.isExact(config.world());
  }

  /** Offers as many groups as grow at a time together, and waits for all of them. */
  private void feedInWaves(
      final RolloutEngine engine, final int groups, final Map<Integer, FinishedGroup> done)
      throws InterruptedException {
    final int most = config.engine().groupsInFlight();
    // Under a budget the last groups in flight wait for each other: they must come in one wave, so
    // what does not fill a wave comes first.
    final int odd = config.budget().computedTokens().isPresent() ? groups % most : 0;
    int end;
    for (int first = 0; first < groups; first = end) {
      end = first == 0 && odd > 0 ? odd : Math.min(groups, first + most);
      final List<GroupRequest> wave = new ArrayList<>();
      for (int index = first; index < end; index++) {
        final GroupRequest request = request(index);
        if (done.containsKey(index)) {
          engine.restore(request, done.get(index).trees());
        } else {
          wave.add(request);
        }
      }
      if (!wave.isEmpty() && !engine.offerAll(wave)) {
        throw new IllegalStateException(
            "an idle engine has room for a wave: groups=" + wave.size());
      }
      awaitAll(engine);
    }
  }

  private GroupRequest request(final int index) {
    final RunConfig.TaskSet task = config.task();
    return new GroupRequest(GroupNumbers.id(index), index, task.first() + index % task.count());
  }

  private void feed(
      final RolloutEngine engine, final int groups, final Map<Integer, FinishedGroup> done)
      throws InterruptedException {
    for (int index = 0; index < groups; index++) {
      final GroupRequest request = request(index);
      if (done.containsKey(index)) {
        engine.restore(request, done.get(index).trees());
        continue;
      }
      final long deadlineNs = System.nanoTime() + STALL_NS;
      while (!engine.offer(request)) {
        engine.awaitRoom(WAIT_NS);
        requireProgress(deadlineNs);
      }
    }
  }

  private void awaitAll(final RolloutEngine engine) throws InterruptedException {
    long finishedNs = engine.stats().wallNs();
    long deadlineNs = System.nanoTime() + STALL_NS;
    while (!engine.awaitIdle(WAIT_NS)) {
      if (engine.stats().wallNs() != finishedNs) {
        finishedNs = engine.stats().wallNs();
        heartbeat.accept(finishedNs);
        deadlineNs = System.nanoTime() + STALL_NS;
      }
      requireProgress(deadlineNs);
    }
  }

  private static void requireProgress(final long deadlineNs) {
    if (System.nanoTime() - deadlineNs > 0) {
      throw new IllegalStateException("no group was finished for 30 minutes; the run was stopped");
    }
  }

  private static ArmState ended(
      final ArmState state, final Counted counted, final SessionSums sums, final long offered) {
    final EngineStats stats = counted.stats();
    final Map<String, Long> counters = SessionSums.counters(stats);
    counters.putAll(sums.calls());
    counters.putAll(counted.world());
    state.engine().forEach((name, value) -> counters.merge(name, value, Long::sum));
    // Dropped groups are offered again by every session, so the last one counts them all.
    counters.put(ArmState.DROPPED_GROUPS, sums.dropped());
    return new ArmState(
        state.arm(),
        state.policy(),
        state.groups(),
        true,
        state.sessions(),
        state.wallNs() + stats.wallNs(),
        counters,
        sums.laws(stats, offered));
  }
}
