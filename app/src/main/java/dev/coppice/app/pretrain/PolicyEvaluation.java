package dev.coppice.app.pretrain;

import dev.coppice.environments.arithmetic.CountdownProblem;
import dev.coppice.environments.arithmetic.CountdownProblems;
import dev.coppice.environments.arithmetic.DrawersProblem;
import dev.coppice.environments.arithmetic.DrawersProblems;
import dev.coppice.environments.arithmetic.Split;
import dev.coppice.training.demonstration.ReferenceEpisode;
import dev.coppice.training.demonstration.TaskKind;
import dev.coppice.training.supervised.BatchSampler;
import dev.coppice.training.supervised.TrainedPolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Plays held-out problems and scores a policy on them.
 *
 * @thread the trainer's thread only
 */
public final class PolicyEvaluation {
  /** Longest sequence of an evaluation, in tokens. */
  public static final int MAX_TOKENS = 224;

  private static final int PROBLEMS_PER_BATCH = 32;
  private static final int OF_EIGHT = 8;

  private final BatchSampler sampler;
  private final int problems;
  private final long seed;

  /**
   * Prepares an evaluation.
   *
   * @param policy to score.
   * @param problems number of held-out problems.
   * @param seed of the problems and of the draws.
   */
  public PolicyEvaluation(final TrainedPolicy policy, final int problems, final long seed) {
    this.sampler = new BatchSampler(policy);
    this.problems = problems;
    this.seed = seed;
  }

  /**
   * Scores one task at one temperature.
   *
   * @param kind of task.
   * @param temperature of the samples, 0 for greedy.
   * @param samples per problem.
   * @return the score.
   */
  public PolicyScore score(final TaskKind kind, final double temperature, final int samples) {
    final Tally tally = new Tally(samples);
    for (int from = 0; from < problems; from += PROBLEMS_PER_BATCH) {
      final List<List<TaskEpisode>> groups = new ArrayList<>();
      final List<TaskEpisode> batch = new ArrayList<>();
      final List<List<Integer>> multisets = new ArrayList<>();
      for (int index = from; index < Math.min(problems, from + PROBLEMS_PER_BATCH); index++) {
        final DrawersProblem drawers = DrawersProblems.problem(Split.HELD_OUT, seed, index);
        final CountdownProblem countdown = CountdownProblems.problem(Split.HELD_OUT, seed, index);
        final boolean plain = kind == TaskKind.COUNTDOWN;
        multisets.add(plain ? countdown.numbers() : drawers.countdown().numbers());
        final Supplier<ReferenceEpisode> start =
            plain ? () -> ReferenceEpisode.of(countdown) : () -> ReferenceEpisode.of(drawers);
        final List<TaskEpisode> group = new ArrayList<>();
        for (int sample = 0; sample < samples; sample++) {
          group.add(new TaskEpisode(start.get()));
        }
        groups.add(group);
        batch.addAll(group);
      }
      sampler.play(batch, new BatchSampler.Settings(temperature, MAX_TOKENS, seed * 4_999 + from));
      for (int i = 0; i < groups.size(); i++) {
        tally.add(multisets.get(i), groups.get(i));
      }
    }
    return tally.score(kind.name().toLowerCase(Locale.ROOT), temperature);
  }

  /** Sums over problems; every mean is over episodes unless its name says otherwise. */
  private static final class Tally {
    private final int samples;
    private final Map<List<Integer>, double[]> clusters = new HashMap<>();
    private int problems;
    private double solved;
    private double ofEight;
    private double calls;
    private double wellFormed;
    private double accepted;
    private double distinct;
    private double sampledTokens;
    private double observedTokens;
    private double callTokens;
    private double callEntropy;
    private double otherEntropy;
    private double allOpened;

    Tally(final int samples) {
      this.samples = samples;
    }

    void add(final List<Integer> multiset, final List<TaskEpisode> group) {
      problems++;
      int groupSolved = 0;
      final HashSet<List<String>> sequences = new HashSet<>();
      for (final TaskEpisode played : group) {
        final ReferenceEpisode episode = played.episode();
        groupSolved += episode.isSolved() ? 1 : 0;
        sequences.add(episode.actions());
        calls += episode.calls();
        wellFormed += episode.wellFormedCalls();
        accepted += episode.acceptedCalls();
        allOpened += episode.isEverythingOpened() ? 1 : 0;
        sampledTokens += played.sampledTokens();
        observedTokens += played.observedTokens();
        callTokens += played.callTokens();
        callEntropy += played.callEntropyNats();
        otherEntropy += played.otherEntropyNats();
      }
      solved += groupSolved;
      distinct += sequences.size();
      ofEight += passOf(OF_EIGHT, group.size(), groupSolved);
      final double[] cluster = clusters.computeIfAbsent(multiset, any -> new double[2]);
      cluster[0] += groupSolved;
      cluster[1] += group.size();
    }

    PolicyScore score(final String task, final double temperature) {
      final double episodes = (double) problems * samples;
      final double pass = solved / episodes;
      double squares = 0;
      for (final double[] cluster : clusters.values()) {
        final double deviation = cluster[0] - pass * cluster[1];
        squares += deviation * deviation;
      }
      return new PolicyScore(
          new PolicyScore.Sample(task, temperature, problems, samples),
          new PolicyScore.Pass(pass, Math.sqrt(squares) / episodes, ofEight / problems),
          new PolicyScore.Calls(wellFormed / calls, accepted / calls),
          distinct / problems,
          new PolicyScore.Tokens(
              sampledTokens / episodes,
              observedTokens / episodes,
              callEntropy / callTokens,
              otherEntropy / (sampledTokens - callTokens)),
          allOpened / episodes);
    }

    /** Computes {@code 1 - C(n-c, k) / C(n, k)}, and the plain share if there are fewer than k. */
    private static double passOf(final int k, final int n, final int c) {
      if (n < k) {
        return c > 0 ? 1 : 0;
      }
      double noneSolves = 1;
      for (int i = 0; i < k; i++) {
        noneSolves *= Math.max(0, n - c - i) / (double) (n - i);
      }
      return 1 - noneSolves;
    }
  }
}
