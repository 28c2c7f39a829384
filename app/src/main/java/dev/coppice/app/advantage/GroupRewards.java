package dev.coppice.app.advantage;

import dev.coppice.environments.score.GroupReward;
import dev.coppice.episode.Score;
import dev.coppice.rollout.GroupResult;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.RolloutFailure;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Adds what rewards that see a whole group say to what its ends earned alone.
 *
 * <p>Every draw is a row; an end of several draws earns the mean of its rows. Ends that a limit cut stay
 * without reward for it, and ends that failed are no rows. A scoring that fails takes every end's reward.
 *
 * @thread the one that gives groups their credit.
 */
public final class GroupRewards implements UnaryOperator<GroupResult> {

  private final GroupReward reward;

  /**
   * Wraps what scores.
   *
   * @param reward of whole groups.
   */
  public GroupRewards(final GroupReward reward) {
    this.reward = reward;
  }

  @Override
  public GroupResult apply(final GroupResult result) {
    final TrajectoryGroup group = result.group();
    final List<Long> rows = new ArrayList<>();
    for (final TrajectoryTree tree : group.trees()) {
      for (final Leaf leaf : tree.leaves()) {
        for (int draw = 0; isRow(leaf) && draw < leaf.draws(); draw++) {
          rows.add(leaf.components().get(GroupReward.ROW).longValue());
        }
      }
    }
    if (rows.isEmpty()) {
      return result;
    }
    Map<Long, List<Score>> scores = Map.of();
    RolloutFailure failure = null;
    try {
      scores = byRow(rows, reward.score(group.task(), rows));
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a group was scored", e);
    } catch (final Exception e) {
      failure =
          new RolloutFailure(
              RolloutFailure.Boundary.ENVIRONMENT, "group_reward", String.valueOf(e.getMessage()));
    }
    final List<TrajectoryTree> trees = new ArrayList<>();
    for (final TrajectoryTree tree : group.trees()) {
      trees.add(scored(tree, scores, failure));
    }
    return new GroupResult(
        result.request(),
        new TrajectoryGroup(group.id(), group.task(), trees, group.sizing()),
        result.ledgers(),
        result.decisionTurn());
  }

  private static boolean isRow(final Leaf leaf) {
    return leaf.components().containsKey(GroupReward.ROW);
  }

  private static Map<Long, List<Score>> byRow(final List<Long> rows, final List<Score> scores) {
    if (scores.size() != rows.size()) {
      throw new IllegalStateException(
          "a group's rewards need one score a row: rows="
              + rows.size()
              + " scores="
              + scores.size());
    }
    final Map<Long, List<Score>> byRow = new HashMap<>();
    for (int i = 0; i < rows.size(); i++) {
      byRow.computeIfAbsent(rows.get(i), row -> new ArrayList<>()).add(scores.get(i));
    }
    return byRow;
  }

  private static TrajectoryTree scored(
      final TrajectoryTree tree,
      final Map<Long, List<Score>> scores,
      final RolloutFailure failure) {
    final List<Leaf> leaves = new ArrayList<>();
    for (final Leaf leaf : tree.leaves()) {
      leaves.add(isRow(leaf) ? scored(leaf, scores, failure) : leaf);
    }
    return tree.withLeaves(leaves);
  }

  private static Leaf scored(
      final Leaf leaf, final Map<Long, List<Score>> scores, final RolloutFailure failure) {
    final Map<String, Double> parts = new LinkedHashMap<>(leaf.components());
    final long row = parts.remove(GroupReward.ROW).longValue();
    if (failure != null && leaf.isScored()) {
      return new Leaf(
          leaf.node(),
          LeafStatus.ENV_FAILED,
          leaf.stop(),
          Double.NaN,
          parts,
          leaf.answer(),
          failure,
          leaf.draws());
    }
    double earned = 0;
    final Map<String, Double> sums = new TreeMap<>();
    final List<Score> own = scores.getOrDefault(row, List.of());
    for (final Score score : own) {
      earned += score.reward() / own.size();
      score.components().forEach((name, part) -> sums.merge(name, part / own.size(), Double::sum));
    }
    parts.putAll(sums);
    final boolean earns = leaf.status() == LeafStatus.COMPLETED;
    return new Leaf(
        leaf.node(),
        leaf.status(),
        leaf.stop(),
        earns ? leaf.reward() + earned : leaf.reward(),
        parts,
        leaf.answer(),
        leaf.failure(),
        leaf.draws());
  }
}
