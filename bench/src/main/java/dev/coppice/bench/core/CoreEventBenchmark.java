package dev.coppice.bench.core;

import dev.coppice.core.Core;
import dev.coppice.core.Effect;
import dev.coppice.core.Event;
import dev.coppice.core.State;
import dev.coppice.decoder.batch.BatchConfig;
import dev.coppice.decoder.batch.BatchRunner;
import dev.coppice.decoder.batch.ForwardBatch;
import dev.coppice.decoder.batch.InferenceBackend;
import dev.coppice.decoder.batch.Logits;
import dev.coppice.episode.Dialect;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.episode.Provenance;
import dev.coppice.episode.Score;
import dev.coppice.fixture.LetterTokenizer;
import dev.coppice.model.Draws;
import dev.coppice.model.ModelRunner;
import dev.coppice.model.Quotes;
import dev.coppice.model.RunnerListener;
import dev.coppice.model.RunnerSession;
import dev.coppice.model.Work;
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
import java.util.ArrayDeque;
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
 * Measures one token's way through the engine: planned, quoted, paid, committed, appended, parsed,
 * asked for again.
 *
 * <p>One operation is one token event of a batch of 64 with its share of the tick; calls, scorings,
 * forks and new groups come as they would. The backend is scripted: draws cost nothing.
 *
 * @unit one operation is one token event.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@org.openjdk.jmh.annotations.State(Scope.Thread)
public class CoreEventBenchmark implements RunnerListener {
  private static final int ROWS = 64;
  private static final int PASSES = 100;
  private static final int[] PROMPT = {1, 2, 3, 4, 5, 6, 7, 1};
  private static final int[] OBSERVATION = {10, 14, 15, 11};

  /** The way trees grow. */
  @Param({"chain", "fixed"})
  public String policy;

  private Core core;
  private BatchRunner runner;
  private final List<Effect> effects = new ArrayList<>();
  private final ArrayDeque<Event> following = new ArrayDeque<>();
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
            new EngineConfig.Capacity(96, 1024, 0));
    runner =
        new BatchRunner(
            new FreeBackend(),
            new BatchConfig(ROWS, 512, 8192, 16),
            () -> ModelRunner.Remark.NONE,
            settings -> this::drawRow);
    runner.begin(new RunnerSession(() -> timeNs, 0, false, 2, false));
    core =
        new Core(
            config,
            new State.World(
                branching,
                new LetterTokenizer(),
                new Dialect("(", ")", "[", "]"),
                runner.traits()));
    for (int i = 0; i < 96; i++) {
      apply(offered());
    }
  }

  private Event offered() {
    final GroupRequest request = new GroupRequest("g" + groups, groups, groups);
    groups++;
    return new Event.GroupOffered(
        request, new Task("t", "{}"), PROMPT, new EpisodePlan(0, 3), "s", null);
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
      runner.poll(this);
    }
    return core.counters().decoded;
  }

  @Override
  public void quoted(final Quotes quotes) {
    apply(new Event.Quoted(timeNs += 1_000, quotes));
  }

  @Override
  public void drawn(final Draws draws) {
    apply(new Event.Drawn(timeNs += 1_000, draws));
  }

  /** Draws what the script says, as many draws as are asked for. */
  private boolean drawRow(
      final Draws draws,
      final float[] logits,
      final int offset,
      final int length,
      final Work work) {
    draws.entropy(1.0);
    for (int draw = 0; draw < work.mostDraws(); draw++) {
      draws.addDraw(nextToken(), -1.0f);
    }
    return true;
  }

  /** Opens a call every twelfth token and closes it four tokens later. */
  private int nextToken() {
    final long phase = counter++ % 97;
    return phase == 12 ? 8 : phase == 16 ? 9 : 1 + (int) (phase % 7);
  }

  /** Applies an event and what follows from its effects, as the engine thread does. */
  private void apply(final Event first) {
    Event event = first;
    while (event != null) {
      effects.clear();
      core.step(event, effects);
      for (int i = 0; i < effects.size(); i++) {
        if (effects.get(i) instanceof Effect.Sample sample) {
          runner.submit(sample.work());
        } else {
          carryOut(effects.get(i));
        }
      }
      event = following.poll();
    }
  }

  private void carryOut(final Effect effect) {
    switch (effect) {
      case Effect.Fork fork -> runner.fork(fork.parent(), fork.child());
      case Effect.Release release -> runner.release(release.branch());
      case Effect.Call call -> following.add(called(call));
      case Effect.Score score -> following.add(new Event.Scored(score.ticket(), Score.NONE, null));
      case Effect.ScoreTruncated score ->
          following.add(new Event.Scored(score.ticket(), Score.NONE, null));
      case Effect.GroupDone done -> {
        runner.forget(done.group(), done.trees());
        following.add(offered());
      }
      default -> {}
    }
  }

  private static Event called(final Effect.Call call) {
    return new Event.CallDone(
        call.ticket(),
        List.of(new Event.CallOutcome("tool", "{}", ToolCall.Status.OK, null, 1, Provenance.REAL)),
        OBSERVATION,
        false,
        0,
        "s",
        null);
  }

  /** Computes nothing: the draws are a script. */
  private static final class FreeBackend implements InferenceBackend {
    @Override
    public String name() {
      return "free";
    }

    @Override
    public int vocabularySize() {
      return LetterTokenizer.ALPHABET.length();
    }

    @Override
    public int contextTokens() {
      return 256;
    }

    @Override
    public long blockBytes(final int blockTokens) {
      return 0;
    }

    @Override
    public void allocate(final int blocks, final int blockTokens) {
      // Nothing is kept.
    }

    @Override
    public void copyBlock(final int from, final int to, final int tokens) {
      // Nothing is kept.
    }

    @Override
    public void forward(final ForwardBatch batch, final Logits logits) {
      // The draws do not look.
    }

    @Override
    public void close() {
      // Nothing is kept.
    }
  }
}
