package dev.coppice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.draw.CounterRandom;
import dev.coppice.episode.Dialect;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.episode.ForwardingEpisode;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Score;
import dev.coppice.episode.Sharing;
import dev.coppice.fixture.LetterPolicy;
import dev.coppice.fixture.LetterWorld;
import dev.coppice.fixture.ScriptedRunner;
import dev.coppice.fixture.TestRun;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.EngineConfig.Coalescing;
import dev.coppice.rollout.GroupResult;
import dev.coppice.rollout.RolloutLimits;
import dev.coppice.scheduling.BranchingPolicy;
import dev.coppice.scheduling.ChainPolicy;
import dev.coppice.scheduling.FixedPolicy;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Samples that draw a world's noise for themselves part where they do. */
final class FreshNoiseTest {
  private static final int SAMPLES = 6;

  private final long seed = new Random().nextLong();

  /** Answers and scores with noise of the sample's own key. */
  private static final class NoisyWorld implements Environment {
    private final LetterWorld letters = LetterWorld.calm(1000);
    private final Sharing sharing;
    private final boolean overAtOnce;

    NoisyWorld(final Sharing sharing, final boolean overAtOnce) {
      this.sharing = sharing;
      this.overAtOnce = overAtOnce;
    }

    @Override
    public String name() {
      return letters.name();
    }

    @Override
    public Dialect dialect() {
      return letters.dialect();
    }

    @Override
    public int taskCount() {
      return letters.taskCount();
    }

    @Override
    public Task task(final int index) {
      return letters.task(index);
    }

    @Override
    public Sharing sharing() {
      return sharing;
    }

    @Override
    public Episode start(final Task task, final long worldSeed) {
      return new Noisy(letters.start(task, worldSeed), 0, overAtOnce);
    }
  }

  private static final class Noisy extends ForwardingEpisode {
    private final long noise;
    private final boolean overAtOnce;

    Noisy(final Episode base, final long noise, final boolean overAtOnce) {
      super(base);
      this.noise = noise;
      this.overAtOnce = overAtOnce;
    }

    @Override
    public Observation call(final String text) throws Exception {
      base().call(text);
      final long drawn = Long.remainderUnsigned(CounterRandom.mix(noise, text.length()), 10);
      return new Observation(
          "{" + drawn + "}", "hash", "{}", ToolCall.Status.OK, null, overAtOnce, 0.0);
    }

    @Override
    public Score finish(final String answer) {
      return judged(answer.length());
    }

    @Override
    public Score truncated(final StopReason reason) {
      return judged(reason.ordinal());
    }

    private Score judged(final int what) {
      final double reward = CounterRandom.uniform(noise, 77, what);
      return new Score(reward, Map.of(), null);
    }

    @Override
    protected Episode around(final Episode fork) {
      return new Noisy(fork, noise, overAtOnce);
    }

    @Override
    public Episode fork(final long newNoise) {
      return new Noisy(base().fork(), newNoise, overAtOnce);
    }
  }

  /** Shares calls or scores, as told. */
  private record Shares(boolean calls, boolean scores) implements Sharing {
    @Override
    public boolean sharesCall(final String text) {
      return calls;
    }

    @Override
    public boolean sharesScore() {
      return scores;
    }
  }

  private TestRun run(final Environment world, final BranchingPolicy policy) {
    return new TestRun()
        .seed(seed)
        .policy(policy)
        .world(world)
        .groups(20)
        .budget(BudgetConfig.trees(SAMPLES))
        .runner(new ScriptedRunner(new LetterPolicy(12.0), 128));
  }

  private static Map<String, Integer> samples(final Map<Integer, GroupResult> results) {
    final Map<String, Integer> counts = new TreeMap<>();
    for (final GroupResult result : results.values()) {
      for (final TrajectoryTree tree : result.group().trees()) {
        for (final Leaf leaf : tree.leaves()) {
          final String key =
              result.request().id() + Paths.to(tree, leaf.node()) + leaf.stop() + leaf.reward();
          counts.merge(key, leaf.draws(), Integer::sum);
        }
      }
    }
    return counts;
  }

  @Test
  void samplesWithNoiseOfTheirOwnAreThoseOfSeparateTrees() throws InterruptedException {
    final Sharing nothing = new Shares(false, false);
    for (final boolean overAtOnce : new boolean[] {false, true}) {
      final Environment world = new NoisyWorld(nothing, overAtOnce);
      for (final BranchingPolicy policy :
          List.of(
              new ChainPolicy(), new FixedPolicy(List.of(new FixedPolicy.Place(false, 1, 3))))) {
        final Map<Integer, GroupResult> alone = run(world, policy).run();
        final Map<Integer, GroupResult> together =
            run(world, policy).coalescing(Coalescing.INDEPENDENT).run();

        assertEquals(samples(alone), samples(together), "seed=" + seed + policy.name());
        for (final GroupResult result : together.values()) {
          for (final Leaf leaf : result.group().trees().getFirst().leaves()) {
            assertEquals(1, leaf.draws(), "a judge scored two samples at once: seed=" + seed);
          }
        }
      }
    }
  }

  @Test
  void limitsSplitSamplesForTheirJudgeToo() throws InterruptedException {
    final Environment world = new NoisyWorld(new Shares(true, false), false);
    final RolloutLimits tight = new RolloutLimits(5, 1, 256, 10_000_000_000L);
    final Map<Integer, GroupResult> together =
        run(world, new ChainPolicy()).limits(tight).coalescing(Coalescing.INDEPENDENT).run();
    for (final GroupResult result : together.values()) {
      assertEquals(SAMPLES, result.group().leafCount(), "seed=" + seed);
    }
  }

  /** What sharing one draw of a judge among samples does to the size of a group that counts. */
  @Test
  void aSharedJudgeMakesSamplesCountForLess() throws InterruptedException {
    final double fresh = varianceOfMeans(new Shares(true, false));
    final double shared = varianceOfMeans(Sharing.EVERYTHING);

    // Rewards are uniform noise, so independent samples give 1/12 over their number.
    assertEquals(1.0 / 12 / SAMPLES, fresh, 0.004, "seed=" + seed);
    assertTrue(shared > 1.5 * fresh, "shared=" + shared + " fresh=" + fresh + " seed=" + seed);
  }

  private double varianceOfMeans(final Sharing sharing) throws InterruptedException {
    final Map<Integer, GroupResult> results =
        run(new NoisyWorld(sharing, false), new ChainPolicy())
            .runner(new ScriptedRunner(new LetterPolicy(400.0), 128)) // Samples stay together.
            .groups(1_000)
            .coalescing(Coalescing.INDEPENDENT)
            .run();
    double sum = 0;
    double squares = 0;
    for (final GroupResult result : results.values()) {
      final TrajectoryTree tree = result.group().trees().getFirst();
      double mean = 0;
      for (final Leaf leaf : tree.leaves()) {
        mean += leaf.reward() * tree.pathWeight(leaf.node());
      }
      sum += mean;
      squares += mean * mean;
    }
    final double mean = sum / results.size();
    return squares / results.size() - mean * mean;
  }
}
