package dev.coppice.credit.golden;

import static dev.coppice.credit.golden.GoldenCases.assertLeaves;
import static dev.coppice.credit.golden.GoldenCases.doubles;
import static dev.coppice.credit.golden.GoldenCases.find;
import static dev.coppice.credit.golden.GoldenCases.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.coppice.credit.fixture.TreeScript;
import dev.coppice.credit.golden.GoldenCases.Named;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryTree;
import org.junit.jupiter.api.Test;

/** Reference vectors of the estimators that score whole trajectories. */
class GroupGoldenTest {
  private static TrajectoryGroup bushes(final JsonNode trees) {
    final TrajectoryTree[] all = new TrajectoryTree[trees.size()];
    for (int t = 0; t < all.length; t++) {
      all[t] = TreeScript.bush(t, doubles(trees.get(t)));
    }
    return TreeScript.groupOf(all);
  }

  @Test
  void shouldScoreG01Grpo() {
    final JsonNode golden = find("G01");
    final double[] rewards = doubles(golden.at("/input/rewards"));
    assertLeaves(golden.at("/expected/adv"), run(TreeScript.chains(rewards), "grpo"));
    final TrajectoryGroup oneTree = TreeScript.groupOf(TreeScript.bush(0, rewards));
    assertLeaves(golden.at("/expected/adv"), run(oneTree, "grpo"));
    assertLeaves(golden.at("/expected/adv_all_equal"), run(TreeScript.chains(1, 1, 1, 1), "grpo"));
    assertLeaves(golden.at("/expected/adv_singleton"), run(TreeScript.chains(1), "grpo"));
  }

  @Test
  void shouldScoreG02Rloo() {
    final JsonNode golden = find("G02");
    final TrajectoryGroup group = TreeScript.chains(doubles(golden.at("/input/rewards")));
    assertLeaves(golden.at("/expected/adv"), run(group, "rloo"));
    assertLeaves(golden.at("/expected/loo_check"), run(group, "rloo"));
  }

  @Test
  void shouldScoreG03DrGrpo() {
    final JsonNode golden = find("G03");
    final TrajectoryGroup group = TreeScript.chains(doubles(golden.at("/input/rewards")));
    assertLeaves(golden.at("/expected/adv"), run(group, "dr-grpo"));
    assertLeaves(golden.at("/expected/adv"), run(group, "grpo", "std=none"));
  }

  @Test
  void shouldScoreG04AndG05TreeGrpo() {
    for (final String id : new String[] {"G04", "G05"}) {
      final JsonNode golden = find(id);
      final TrajectoryGroup group = bushes(golden.at("/input/trees"));
      final JsonNode want = golden.get("expected");
      assertLeaves(want.get("inter"), run(group, "tree-grpo", "term=inter"));
      assertLeaves(want.get("intra"), run(group, "tree-grpo", "term=intra"));
      assertLeaves(want.get("combined"), run(group, "tree-grpo"));
      assertLeaves(want.get("tree_2norm"), run(group, "tree-grpo", "term=2norm"));
    }
  }

  @Test
  void shouldScoreG07TreePo() {
    final JsonNode want = find("G07").get("expected");
    final Named tree = Named.g06();
    tree.assertLeavesByName(
        want.get("group_size"), run(tree.group(), "treepo", "combine=group-size"));
    tree.assertLeavesByName(want.get("average"), run(tree.group(), "treepo"));
  }
}
