package dev.coppice.bench.simulation;

import dev.coppice.credit.GroupAdvantages;
import dev.coppice.draw.Division;
import dev.coppice.trajectory.BranchDecision;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** A group drawn from a simulated world, as the engine would have drawn it. */
final class SimulatedGroup {
  private static final Task TASK = new Task("simulated/1", "{}");
  private static final float[] NONE = {};
  private static final int NOT_SAMPLED = -1;

  private final KnownWorld world;
  private final Shape shape;
  private final SplittableRandom random;
  private final List<TrajectoryTree> trees = new ArrayList<>();
  private final List<int[]> scored = new ArrayList<>();
  private List<TrajectoryNode> nodes;
  private List<Leaf> leaves;
  private List<int[]> places;
  private double tokens = KnownWorld.PROMPT_TOKENS;

  /**
   * Says how a group is drawn.
   *
   * @param name for the table.
   * @param trunks drawn from the prompt.
   * @param children of each trunk at the fork, 1 for none.
   * @param forkTurn before which trunks fork.
   * @param division of coalesced draws, or null where every draw is computed for itself.
   */
  record Shape(String name, int trunks, int children, int forkTurn, Division division) {
    boolean coalesces() {
      return division != null;
    }
  }

  private SimulatedGroup(final KnownWorld world, final Shape shape, final SplittableRandom random) {
    this.world = world;
    this.shape = shape;
    this.random = random;
  }

  /** Draws a group. */
  static SimulatedGroup draw(
      final KnownWorld world, final Shape shape, final SplittableRandom random) {
    final SimulatedGroup group = new SimulatedGroup(world, shape, random);
    final int trees = shape.coalesces() ? 1 : shape.trunks();
    for (int t = 0; t < trees; t++) {
      group.tree(t, shape.coalesces() ? shape.trunks() : 1);
    }
    return group;
  }

  private void tree(final int place, final int draws) {
    nodes = new ArrayList<>();
    leaves = new ArrayList<>();
    places = new ArrayList<>();
    add(-1, NodeKind.PROMPT, 0, draws, world.digest(0, 0), new int[] {NOT_SAMPLED, 0});
    grow(0, 0, 0, draws);
    final Division division = shape.coalesces() ? shape.division() : Division.INDEPENDENT;
    trees.add(
        new TrajectoryTree(
            new TrajectoryTree.Origin("run", "g", place, division),
            TASK,
            SamplingSettings.PLAIN,
            nodes,
            List.of(),
            leaves));
    scored.addAll(places);
  }

  private int add(
      final int parent,
      final NodeKind kind,
      final int token,
      final int draws,
      final String state,
      final int[] place) {
    final int id = nodes.size();
    final boolean sampled = kind == NodeKind.ACTION;
    final TrajectoryNode node =
        new TrajectoryNode(
            id,
            parent,
            kind,
            new int[] {token},
            sampled ? new float[1] : NONE,
            List.of(),
            sampled ? TrajectoryNode.VersionRun.all(0, 1) : List.of(),
            0,
            0,
            state,
            null,
            0.0,
            -1);
    nodes.add(node.with(draws, Set.of()));
    places.add(place);
    return id;
  }

  private void grow(final int node, final int turn, final int history, final int draws) {
    if (turn == KnownWorld.TURNS) {
      end(node, history, draws);
      return;
    }
    final int children = turn == shape.forkTurn() ? shape.children() : 1;
    if (children > 1) {
      decide(node, children);
    }
    final int[] taken = divide(turn, history, draws * children);
    for (int a = 0; a < taken.length; a++) {
      final int copies = shape.coalesces() ? Math.min(1, taken[a]) : taken[a];
      for (int c = 0; c < copies; c++) {
        final int share = shape.coalesces() ? taken[a] : 1;
        final int next = history * KnownWorld.ACTIONS + a;
        final int action = add(node, NodeKind.ACTION, a, share, null, new int[] {turn, next});
        tokens += KnownWorld.TOKENS[turn];
        final String state = world.digest(turn + 1, next);
        final int[] none = {NOT_SAMPLED, 0};
        grow(add(action, NodeKind.OBSERVATION, 9, share, state, none), turn + 1, next, share);
      }
    }
  }

  private int[] divide(final int turn, final int history, final int draws) {
    final int[] taken = new int[KnownWorld.ACTIONS];
    final double one = random.nextDouble();
    for (int j = 0; j < draws; j++) {
      final boolean together = shape.division() == Division.SYSTEMATIC;
      double u = together ? (j + one) / draws : random.nextDouble();
      int a = 0;
      while (a < taken.length - 1 && u >= world.probability(turn, history, a)) {
        u -= world.probability(turn, history, a++);
      }
      taken[a]++;
    }
    return taken;
  }

  private void decide(final int id, final int children) {
    final TrajectoryNode n = nodes.get(id);
    nodes.set(
        id,
        new TrajectoryNode(
            id,
            n.parent(),
            n.kind(),
            n.tokens(),
            n.logprobs(),
            n.spans(),
            n.versionRuns(),
            0,
            0,
            n.state(),
            new BranchDecision("fixed", children, 0.0),
            0.0,
            -1,
            n.draws(),
            Set.of(),
            TrajectoryNode.Kept.NONE));
  }

  /** Every draw has a reward of its own, so draws with different rewards end apart. */
  private void end(final int node, final int history, final int draws) {
    int ones = 0;
    for (int j = 0; j < draws; j++) {
      ones += random.nextDouble() < world.reward(history) ? 1 : 0;
    }
    for (int reward = 0; reward < 2; reward++) {
      final int share = reward == 1 ? ones : draws - ones;
      if (share > 0) {
        final int[] none = {NOT_SAMPLED, 0};
        final int end = add(node, NodeKind.OBSERVATION, 10 + reward, share, null, none);
        leaves.add(
            new Leaf(
                end, LeafStatus.COMPLETED, StopReason.EOS, reward, Map.of(), null, null, share));
      }
    }
  }

  TrajectoryGroup group() {
    return new TrajectoryGroup("g", TASK, trees);
  }

  double tokens() {
    return tokens;
  }

  /** Sums the scores of all actions by their advantage and path weight. */
  double[] gradient(final GroupAdvantages advantages) {
    final double[] sum = new double[KnownWorld.FEATURES];
    double draws = 0;
    for (final TrajectoryTree tree : trees) {
      draws += tree.draws();
    }
    int at = 0;
    for (int t = 0; t < trees.size(); t++) {
      final TrajectoryTree tree = trees.get(t);
      for (int n = 0; n < tree.nodes().size(); n++) {
        final int[] place = scored.get(at++);
        if (place[0] != NOT_SAMPLED && advantages.isScored(t, n)) {
          final double weight = tree.pathWeight(n) * tree.draws() / draws;
          final double[] score = world.score(place[0], place[1]);
          for (int f = 0; f < sum.length; f++) {
            sum[f] += weight * advantages.nodeValue(t, n) * score[f];
          }
        }
      }
    }
    return sum;
  }
}
