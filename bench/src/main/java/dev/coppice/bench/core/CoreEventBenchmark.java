package dev.coppice.bench.core;

import dev.coppice.core.Core;
import dev.coppice.core.Effect;
import dev.coppice.core.Event;
import dev.coppice.core.State;
import dev.coppice.episode.Dialect;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.episode.Provenance;
import dev.coppice.episode.Score;
import dev.coppice.fixture.LetterTokenizer;
import dev.coppice.model.Draws;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.GroupRequest;
import dev.coppice.rollout.RolloutLimits;
import dev.coppice.scheduling.BranchingPolicy;
import dev.coppice.scheduling.ChainPolicy;
import dev.coppice.scheduling.FixedPolicy;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;

/**
 * Measures one token's way through the core: planned, paid, committed, appended, parsed, requeued.
 *
 * <p>One operation is one token event of a batch of 64 with its share of the tick; calls, scorings,
 * forks and new groups come as they would. The backend is scripted: draws cost nothing.
 *
 * @unit one operation is one token event.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@org.openjdk.jmh.annotations.State(Scope.Thread)
public class CoreEventBenchmark {
  private static final int ROWS = 64;
  private static final int PASSES = 100;
  private static final int[] PROMPT = {1, 2, 3, 4, 5, 6, 7, 1};
  private static final int[] OBSERVATION = {10, 14, 15, 11};

  /** The way trees grow. */
  @Param({"chain", "fixed"})
  public String policy;

  private State state;
  private final List<Effect> effects = new ArrayList<>();
  private final Draws draws = new Draws();
  private int groups;
  private long timeNs;
  private long counter;

  /** Starts an empty core. */
  @Setup
  public void start() {
    final BranchingPolicy branching =
        policy.equals("chain")
            ? new ChainPolicy()
            : new FixedPolicy(List.of(new FixedPolicy.Place(false, 1, 8)));
    final EngineConfig config =
        new EngineConfig(
            "bench",
            1,
            SamplingSettings.PLAIN,
            new RolloutLimits(96, 8, 256, 1_000_000_000L),
            BudgetConfig.trees(1),
            new EngineConfig.Capacity(ROWS, 512, 96, 1024, 8192, 16, 0));
    state =
        new State(
            config,
            new State.World(
                branching, new LetterTokenizer(), new Dialect("(", ")", "[", "]"), 256));
    for (int i = 0; i < 96; i++) {
      offer();
    }
  }

  private void offer() {
    final GroupRequest request = new GroupRequest("g" + groups, groups, groups);
    groups++;
    apply(
        new Event.GroupOffered(
            request, new Task("t", "{}"), PROMPT, new EpisodePlan(0, 3), "s", null));
  }

  /**
   * Runs passes of 64 rows.
   *
   * @return the tokens decoded so far.
   */
  @Benchmark
  @OperationsPerInvocation(ROWS * PASSES)
  public long tokenEvents() {
    for (int pass = 0; pass < PASSES; pass++) {
      apply(new Event.Tick(timeNs += 1_000));
      draws.clear();
      for (int row = 0; row < state.batch().drawRows(); row++) {
        draws.beginRow(1.0f);
        for (int draw = 0; draw < 8; draw++) {
          draws.add(nextToken(), -1.0f);
        }
      }
      apply(new Event.BatchDone(timeNs += 1_000, 0, draws));
    }
    return state.counters().decoded;
  }

  /** Opens a call every twelfth token and closes it four tokens later. */
  private int nextToken() {
    final long phase = counter++ % 97;
    return phase == 12 ? 8 : phase == 16 ? 9 : 1 + (int) (phase % 7);
  }

  private void apply(final Event event) {
    effects.clear();
    Core.step(state, event, effects);
    final List<Effect> todo = List.copyOf(effects);
    for (final Effect effect : todo) {
      switch (effect) {
        case Effect.Call call ->
            apply(
                new Event.CallDone(
                    call.ticket(),
                    new Event.CallOutcome(
                        "tool", "{}", ToolCall.Status.OK, null, 1, Provenance.REAL),
                    OBSERVATION,
                    false,
                    0,
                    "s",
                    null));
        case Effect.Score score -> apply(new Event.Scored(score.ticket(), Score.NONE, null));
        case Effect.ScoreTruncated score ->
            apply(new Event.Scored(score.ticket(), Score.NONE, null));
        case Effect.GroupDone ignored -> offer();
        default -> {}
      }
    }
  }
}
