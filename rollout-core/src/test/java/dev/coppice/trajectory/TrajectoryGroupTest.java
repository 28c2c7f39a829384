package dev.coppice.trajectory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.trajectory.Task.RuntimeContract;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Puts trees of several runtime contracts into one group. */
final class TrajectoryGroupTest {
  private static Task task(final RuntimeContract contract) {
    return new Task("t/0", "{}", contract);
  }

  private static TrajectoryTree tree(final int place, final RuntimeContract contract) {
    return new TrajectoryTree(
        new TrajectoryTree.Origin("r", "g7", place),
        task(contract),
        SamplingSettings.PLAIN,
        List.of(TrajectoryNode.prompt(new int[] {1, 2})),
        List.of(),
        List.of(
            new Leaf(
                0, LeafStatus.COMPLETED, StopReason.ANSWER, 1.0, Map.of("a", 1.0), "a", null)));
  }

  @Test
  void shouldRefuseEveryMixOfContractsAndNameGroupAndBoth() {
    for (final RuntimeContract one : RuntimeContract.values()) {
      for (final RuntimeContract two : RuntimeContract.values()) {
        final List<TrajectoryTree> trees = List.of(tree(0, one), tree(1, two));
        if (one == two) {
          assertEquals(2, new TrajectoryGroup("g7", task(one), trees).leafCount());
          continue;
        }

        final IllegalArgumentException refused =
            assertThrows(
                IllegalArgumentException.class, () -> new TrajectoryGroup("g7", task(one), trees));

        assertTrue(refused.getMessage().contains("group=g7"), refused.getMessage());
        assertTrue(
            refused.getMessage().contains(one.wireName() + "," + two.wireName()),
            refused.getMessage());
      }
    }
  }

  @Test
  void shouldRefuseATreeOfAnotherContractThanTheGroupsTask() {
    final List<TrajectoryTree> trees = List.of(tree(0, RuntimeContract.RESET_PER_STEP));

    assertThrows(
        IllegalArgumentException.class,
        () -> new TrajectoryGroup("g7", task(RuntimeContract.PERSISTENT), trees));
  }
}
