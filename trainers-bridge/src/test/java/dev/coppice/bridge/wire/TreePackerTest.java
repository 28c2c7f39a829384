package dev.coppice.bridge.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.coppice.bridge.trace.CreditBlock;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TreePackerTest {
  private static final Task TASK = new Task("t/1", "{}");
  private static final int[] PROMPT = {1, 2, 3};

  @Test
  void shouldSendThePromptOfAGroupOfChainsOnce() {
    final List<TrajectoryTree> chains = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      chains.add(
          tree(
              i,
              List.of(TrajectoryNode.prompt(PROMPT), action(1, 0, 10 + i, 20)),
              List.of(scored(1, i))));
    }

    final PackedGroup packed = TreePacker.pack(credited(chains));

    assertEquals(5, packed.nodes().size());
    assertEquals(4, packed.nodes().getFirst().share().multiplicity());
    assertEquals(3 + 4 * 2, packed.tokenCount());
    assertEquals(0.25f, packed.leaves().get(2).weight());
  }

  @Test
  void shouldCountPathsPositionsAndTurnsByHand() {
    final TrajectoryTree tree =
        tree(
            0,
            List.of(
                TrajectoryNode.prompt(PROMPT),
                action(1, 0, 4, 5),
                TrajectoryNode.observation(2, 1, new int[] {6}, -1),
                action(3, 2, 7, 8),
                action(4, 2, 9, 10),
                action(5, 0, 11, 12)),
            List.of(scored(3, 1), failed(4), scored(5, 0)));

    final List<NodeRow> rows = TreePacker.pack(credited(List.of(tree))).nodes();

    assertArrayEquals(
        new int[] {2, 1, 1, 1, 0, 1},
        rows.stream().mapToInt(row -> row.share().multiplicity()).toArray());
    assertArrayEquals(
        new int[] {0, 3, 5, 6, 6, 3},
        rows.stream().mapToInt(row -> row.place().startPos()).toArray());
    assertArrayEquals(
        new int[] {0, 0, 0, 1, 1, 0}, rows.stream().mapToInt(row -> row.place().turn()).toArray());
    assertArrayEquals(new byte[] {1, 1}, rows.get(1).columns().lossMask());
    assertArrayEquals(
        new byte[] {0, 0}, rows.get(4).columns().lossMask(), "a failure is never trained");
    assertEquals(0.25f, rows.get(3).share().pathWeight());
  }

  @Test
  void shouldNumberGroupsByTheirIdAndRolloutsUniquely() {
    final TrajectoryTree tree =
        tree(0, List.of(TrajectoryNode.prompt(PROMPT), action(1, 0, 4, 5)), List.of(scored(1, 1)));

    final LeafRow leaf = TreePacker.pack(credited(List.of(tree))).leaves().getFirst();

    assertEquals(17, leaf.group());
    assertEquals("g17", leaf.place().groupName());
    assertEquals(17L << 20, leaf.place().rollout());
  }

  @Test
  void shouldTakeTheNumberThatAGroupBringsAlongWhateverItsIdSays() {
    final TrajectoryTree tree =
        tree(0, List.of(TrajectoryNode.prompt(PROMPT), action(1, 0, 4, 5)), List.of(scored(1, 1)));
    final TrajectoryGroup group = credited(List.of(tree)).group();

    final PackedGroup packed = TreePacker.pack(new CreditedGroup(5, group, List.of()));
    final FlatRow flat = FlatPacker.pack(new CreditedGroup(5, group, List.of())).getFirst();

    assertEquals(5, packed.nodes().getFirst().group());
    assertEquals(5, packed.leaves().getFirst().group());
    assertEquals(5L << 20, flat.path().place().rollout());
    assertEquals("g17", flat.path().place().groupName());
    assertThrows(IllegalArgumentException.class, () -> new CreditedGroup(-1, group, List.of()));
    assertThrows(
        IllegalArgumentException.class,
        () -> new CreditedGroup(GroupNumbers.MAX + 1, group, List.of()));
  }

  @Test
  void shouldNumberAGroupOfATraceFileByItsId() {
    assertEquals(17, GroupNumbers.ofId("g17"));
    assertEquals(17, GroupNumbers.ofId(GroupNumbers.id(17)));
    assertEquals(999_999_999_999L, GroupNumbers.ofId("g999999999999"));
    // SHA-256 of the id, its first 8 bytes, the 43 lowest bits.
    assertEquals(815387485275L, GroupNumbers.ofId("tree/g17"));
    assertEquals(6256979823159L, GroupNumbers.ofId("g1234567890123"));
    assertEquals(1672374367941L, GroupNumbers.ofId("g"));
  }

  @Test
  void shouldRefuseNumbersThatAreNotFinite() {
    final TrajectoryNode bad =
        TrajectoryNode.action(1, 0, new int[] {4}, new float[] {Float.NEGATIVE_INFINITY});
    final TrajectoryTree tree =
        tree(0, List.of(TrajectoryNode.prompt(PROMPT), bad), List.of(scored(1, 1)));

    final IllegalArgumentException fault =
        assertThrows(IllegalArgumentException.class, () -> credited(List.of(tree)));

    assertEquals(
        "logprobs must be finite: group=g17 tree=0 node=1 token=0 value=-Infinity",
        fault.getMessage());
  }

  @Test
  void shouldRefuseCreditOfAnotherShape() {
    final TrajectoryTree tree =
        tree(0, List.of(TrajectoryNode.prompt(PROMPT), action(1, 0, 4, 5)), List.of(scored(1, 1)));
    final TrajectoryGroup group = new TrajectoryGroup("g17", TASK, List.of(tree));
    final CreditBlock shortOne =
        new CreditBlock(
            "x", Map.of(), List.of(new CreditBlock.NodeAdvantages(1, new float[1])), List.of());

    assertThrows(IllegalArgumentException.class, () -> new CreditedGroup(group, List.of(shortOne)));
    assertThrows(
        IllegalArgumentException.class,
        () -> new CreditedGroup(group, List.of(shortOne, shortOne)));
  }

  private static TrajectoryNode action(
      final int id, final int parent, final int first, final int second) {
    return TrajectoryNode.action(id, parent, new int[] {first, second}, new float[] {-1, -2});
  }

  private static Leaf scored(final int node, final double reward) {
    return new Leaf(
        node, LeafStatus.COMPLETED, StopReason.EOS, reward, Map.of("answer", reward), null, null);
  }

  private static Leaf failed(final int node) {
    return new Leaf(
        node, LeafStatus.TOOL_FAILED, StopReason.FAILURE, Double.NaN, Map.of(), null, null);
  }

  private static TrajectoryTree tree(
      final int place, final List<TrajectoryNode> nodes, final List<Leaf> leaves) {
    return new TrajectoryTree(
        new TrajectoryTree.Origin("run", "g17", place),
        TASK,
        SamplingSettings.PLAIN,
        nodes,
        List.of(),
        leaves);
  }

  private static CreditedGroup credited(final List<TrajectoryTree> trees) {
    return new CreditedGroup(new TrajectoryGroup("g17", TASK, trees), List.of());
  }
}
