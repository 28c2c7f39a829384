package dev.coppice.app.train;

import dev.coppice.app.report.DistinctKeys;
import dev.coppice.rollout.GroupResult;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.ToolCall;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Scores groups of independent chains on held-out problems.
 *
 * @param step of the training run, or 0.
 * @param temperature of the samples, 0 for greedy.
 * @param problems played.
 * @param samples per problem.
 * @param pass share of solved episodes.
 * @param passError standard error of {@code pass} over problems.
 * @param passOfEight chance that one of eight samples solves the problem, unbiased; the share of
 *     problems solved at all where there are fewer samples.
 * @param distinct mean number of distinct action sequences among a problem's samples.
 * @param surprisalNats mean of {@code -log p} over sampled tokens: the entropy per token, as
 *     sampled.
 * @param calls mean number of tool calls of an episode.
 * @param accepted share of calls that the world did as asked.
 * @param sampledTokens mean of an episode.
 */
public record HeldOutScore(
    int step,
    double temperature,
    int problems,
    int samples,
    double pass,
    double passError,
    double passOfEight,
    double distinct,
    double surprisalNats,
    double calls,
    double accepted,
    double sampledTokens) {
  private static final int OF = 8;

  /**
   * Scores groups.
   *
   * @param temperature of the samples.
   * @param groups one per problem, each of as many chains, coalesced or not.
   * @return the score; a leaf without a reward counts as not solved.
   */
  public static HeldOutScore of(final double temperature, final List<GroupResult> groups) {
    final Tally tally = new Tally();
    for (final GroupResult result : groups) {
      tally.add(result.group());
    }
    return tally.score(temperature, groups.size());
  }

  /**
   * Names the update the score belongs to.
   *
   * @param newStep of the training run.
   * @return a copy.
   */
  public HeldOutScore at(final int newStep) {
    return new HeldOutScore(
        newStep,
        temperature,
        problems,
        samples,
        pass,
        passError,
        passOfEight,
        distinct,
        surprisalNats,
        calls,
        accepted,
        sampledTokens);
  }

  /** Sums over problems. */
  private static final class Tally {
    private int episodes;
    private double solved;
    private double solvedSquares;
    private double ofEight;
    private double distinct;
    private double surprisal;
    private long sampled;
    private long calls;
    private long accepted;

    void add(final TrajectoryGroup group) {
      final Set<String> sequences = new HashSet<>();
      int wins = 0;
      int samples = 0;
      for (final TrajectoryTree tree : group.trees()) {
        for (final Leaf leaf : tree.leaves()) {
          wins += leaf.isScored() && leaf.reward() > 0.5 ? leaf.draws() : 0;
          sequences.add(DistinctKeys.actionSequence(tree, leaf));
          episodes += leaf.draws();
        }
        samples += tree.draws();
        for (final TrajectoryNode node : tree.nodes()) {
          for (final float logprob : node.logprobs()) {
            surprisal -= (double) logprob * node.draws();
            sampled += node.draws();
          }
        }
        for (final ToolCall call : tree.calls()) {
          final int draws = tree.node(call.node()).draws();
          calls += draws;
          accepted += call.status() == ToolCall.Status.OK ? draws : 0;
        }
      }
      final double share = (double) wins / samples;
      solved += share;
      solvedSquares += share * share;
      distinct += sequences.size();
      ofEight += samples < OF ? Math.min(1, wins) : passOf(samples, wins);
    }

    HeldOutScore score(final double temperature, final int problems) {
      final double pass = solved / problems;
      final double variance = Math.max(0, solvedSquares / problems - pass * pass);
      return new HeldOutScore(
          0,
          temperature,
          problems,
          episodes / problems,
          pass,
          Math.sqrt(variance / problems),
          ofEight / problems,
          distinct / problems,
          surprisal / Math.max(1, sampled),
          (double) calls / episodes,
          (double) accepted / Math.max(1, calls),
          (double) sampled / episodes);
    }

    /** Computes {@code 1 - C(n-c, 8) / C(n, 8)}. */
    private static double passOf(final int n, final int c) {
      double noneSolves = 1;
      for (int i = 0; i < OF; i++) {
        noneSolves *= Math.max(0, n - c - i) / (double) (n - i);
      }
      return 1 - noneSolves;
    }
  }
}
