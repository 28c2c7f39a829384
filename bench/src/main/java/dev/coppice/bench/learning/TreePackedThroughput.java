package dev.coppice.bench.learning;

import dev.coppice.app.train.LearningLoop;
import dev.coppice.app.train.LocalRollouts;
import dev.coppice.app.train.TrainingBatch;
import dev.coppice.bridge.wire.PackedGroup;
import dev.coppice.credit.shared.SharedTokenRule;
import dev.coppice.environments.arithmetic.Split;
import dev.coppice.environments.drawers.DrawersEnvironment;
import dev.coppice.training.policy.PolicyNode;
import dev.coppice.training.policy.PolicySettings;
import dev.coppice.training.policy.PolicyTrainer;
import dev.coppice.training.policy.PolicyTree;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Measures an update on the shipped policy's own trees, tree-packed and flat: the same loss, the
 * same gradient, the shared tokens computed once or once per leaf.
 *
 * <p>{@code ./coppice bench tree-packed-throughput}
 */
public final class TreePackedThroughput {
  private static final int GROUPS = 40;
  private static final int ROUNDS = 5;
  private static final double NS = 1e9;

  private TreePackedThroughput() {}

  /**
   * Measures and prints a table.
   *
   * @param arguments the folder of the weights; models/tiny-policy without one.
   * @throws Exception if the rollouts fail.
   */
  public static void main(final String[] arguments) throws Exception {
    final Path start = Path.of(arguments.length > 0 ? arguments[0] : "models/tiny-policy");
    final LearningArm arm = LearningArm.of("coppice-trees", LearningTask.DRAWERS);
    List<PackedGroup> groups;
    try (DrawersEnvironment problems = new DrawersEnvironment(Split.TRAIN, GROUPS, 3);
        LocalRollouts rollouts = new LocalRollouts(start, problems)) {
      groups =
          LearningLoop.packed(
              rollouts.grow(arm.shape(), 0, GROUPS, 1).groups(), arm.credit().inOrder());
    }
    final List<PolicyTree> trees = TrainingBatch.of(groups, SharedTokenRule.TRAIN_ONCE, 0).trees();
    final List<PolicyTree> rows = new ArrayList<>();
    trees.forEach(tree -> rows.addAll(flat(tree)));
    System.out.println("| form | tokens computed | processor s | leaf tokens/s | tokens/s |");
    System.out.println("|---|---|---|---|---|");
    final double packed = measure("tree-packed", start, trees, rows);
    final double flat = measure("flat", start, rows, rows);
    System.out.printf(Locale.ROOT, "tree-packed is %.2f times as fast%n", flat / packed);
  }

  private static double measure(
      final String name,
      final Path start,
      final List<PolicyTree> trees,
      final List<PolicyTree> rows) {
    final long tokens = trees.stream().mapToLong(PolicyTree::tokenCount).sum();
    final long leafTokens = rows.stream().mapToLong(PolicyTree::tokenCount).sum();
    double best = Double.POSITIVE_INFINITY;
    try (PolicyTrainer trainer = PolicyTrainer.open(start, PolicySettings.DEFAULT)) {
      for (int round = 0; round < ROUNDS; round++) {
        final long beganNs = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        trainer.update(trees, 1e-9);
        final long tookNs = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - beganNs;
        best = Math.min(best, tookNs / NS);
      }
    }
    System.out.printf(
        Locale.ROOT,
        "| %s | %,d | %.2f | %,.0f | %,.0f |%n",
        name,
        tokens,
        best,
        leafTokens / best,
        tokens / best);
    return best;
  }

  /** Lays a tree out as one chain per leaf; only the size matters, so coefficients stay. */
  private static List<PolicyTree> flat(final PolicyTree tree) {
    final boolean[] inner = new boolean[tree.nodes().size()];
    for (final PolicyNode node : tree.nodes()) {
      if (node.parent() >= 0) {
        inner[node.parent()] = true;
      }
    }
    final List<PolicyTree> rows = new ArrayList<>();
    for (int leaf = 0; leaf < inner.length; leaf++) {
      if (!inner[leaf]) {
        final List<PolicyNode> path = new ArrayList<>();
        for (int i = leaf; i >= 0; i = tree.nodes().get(i).parent()) {
          path.addFirst(tree.nodes().get(i));
        }
        final List<PolicyNode> chain = new ArrayList<>();
        for (final PolicyNode node : path) {
          chain.add(node.under(chain.size() - 1));
        }
        rows.add(new PolicyTree(chain));
      }
    }
    return rows;
  }
}
