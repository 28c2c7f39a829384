package dev.coppice.bridge.trace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.bridge.fixture.RandomTrees;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TraceRoundTripPropertyTest {
  private static final int TREES = 1_000;

  @Test
  void shouldGiveTheSameBytesWhenALineIsReadAndWrittenAgain() {
    for (int seed = 0; seed < TREES; seed++) {
      final RandomTrees source = new RandomTrees(seed);
      if (seed % 2 == 1) {
        source.keeping(seed);
      }
      final TrajectoryTree tree = source.tree("g" + seed);
      final Trace trace =
          new Trace(
              tree,
              seed % 2 == 0 ? List.of() : List.of(source.credit(tree), source.credit(tree)),
              seed % 3 == 0 ? new long[tree.nodes().size()] : new long[0]);
      final byte[] line = TraceWriter.line(trace);

      final Trace read = TraceReader.parseTrace(new String(line, StandardCharsets.UTF_8));

      assertArrayEquals(line, TraceWriter.line(read), "seed=" + seed);
      assertSameTree(tree, read.tree(), "seed=" + seed);
      for (int id = 0; id < tree.nodes().size(); id++) {
        assertTrue(tree.node(id).kept().isSameAs(read.tree().node(id).kept()), "seed=" + seed);
      }
      assertEquals(trace.credit().size(), read.credit().size(), "seed=" + seed);
    }
  }

  @Test
  void shouldCarryTheRulesThatChangeLogits() {
    final SamplingSettings.LogitRules rules =
        new SamplingSettings.LogitRules(1.25, 0.5, -0.25, Map.of(7, -2.5, 11, 100.0), 4);
    final TrajectoryTree plain = new RandomTrees(1).tree("g0");
    final TrajectoryTree tree =
        new TrajectoryTree(
            new TrajectoryTree.Origin("run", "g0", 0),
            plain.task(),
            new SamplingSettings(0.7, 0.9, 40, 0.01, rules),
            plain.nodes(),
            plain.calls(),
            plain.leaves());

    assertEquals(
        tree.sampling(), TraceReader.parse(text(TraceWriter.line(tree, List.of()))).sampling());
  }

  @Test
  void shouldWriteDrawsAndProvenanceOnlyWhereTheySaySomething() {
    for (int seed = 0; seed < TREES; seed++) {
      final TrajectoryTree tree = new RandomTrees(seed).tree("g0");
      final String line = text(TraceWriter.line(tree, List.of()));

      final long several =
          tree.nodes().stream().filter(node -> node.draws() > 1).count()
              + tree.leaves().stream().filter(leaf -> leaf.draws() > 1).count();
      final long marked = tree.nodes().stream().filter(node -> !node.marks().isEmpty()).count();
      assertEquals(several, line.split("\"draws\":", -1).length - 1, "seed=" + seed);
      assertEquals(marked, line.split("\"provenance\":\\[", -1).length - 1, "seed=" + seed);
    }
  }

  @Test
  void shouldReadEveryLineOfTheFormatBeforeAsOneDrawWithoutMarks() {
    for (int seed = 0; seed < TREES; seed++) {
      final TrajectoryTree tree = new RandomTrees(seed).tree("g0");
      final String line =
          text(TraceWriter.line(tree, List.of())).replace("coppice.trace/2", "coppice.trace/1");

      final TrajectoryTree read = TraceReader.parse(line);

      assertTrue(read.nodes().stream().allMatch(node -> node.draws() == 1), "seed=" + seed);
      assertTrue(read.nodes().stream().allMatch(node -> node.marks().isEmpty()), "seed=" + seed);
      assertTrue(read.leaves().stream().allMatch(leaf -> leaf.draws() == 1), "seed=" + seed);
    }
  }

  @Test
  void shouldStayOnOneAsciiLineWhateverTextAModelWrote() {
    for (int seed = 0; seed < TREES; seed++) {
      final byte[] line = TraceWriter.line(new RandomTrees(seed).tree("g0"), List.of());

      for (int i = 0; i < line.length; i++) {
        final boolean isEnd = i == line.length - 1;
        assertTrue(isEnd ? line[i] == '\n' : line[i] >= ' ', "seed=" + seed + " place=" + i);
      }
    }
  }

  @Test
  void shouldKeepEveryBitOfAFloat() {
    final Random random = new Random(7);
    final float[] logprobs = new float[200_000];
    for (int i = 0; i < logprobs.length; i++) {
      float value = Float.NaN;
      while (!Float.isFinite(value)) {
        value = Float.intBitsToFloat(random.nextInt());
      }
      logprobs[i] = value;
    }
    final TrajectoryTree tree = oneAction(logprobs);

    final TrajectoryTree read = TraceReader.parse(text(TraceWriter.line(tree, List.of())));

    assertArrayEquals(logprobs, read.node(1).logprobs(), "seed=7");
  }

  private static TrajectoryTree oneAction(final float[] logprobs) {
    return new TrajectoryTree(
        new TrajectoryTree.Origin("run", "g1", 0),
        new dev.coppice.trajectory.Task("t", "{}"),
        dev.coppice.trajectory.SamplingSettings.PLAIN,
        List.of(
            TrajectoryNode.prompt(new int[] {1}),
            TrajectoryNode.action(1, 0, new int[logprobs.length], logprobs)),
        List.of(),
        List.of());
  }

  private static String text(final byte[] line) {
    return new String(line, StandardCharsets.UTF_8);
  }

  private static void assertSameTree(
      final TrajectoryTree expected, final TrajectoryTree actual, final String seed) {
    assertEquals(expected.run(), actual.run(), seed);
    assertEquals(expected.group(), actual.group(), seed);
    assertEquals(expected.tree(), actual.tree(), seed);
    assertEquals(expected.division(), actual.division(), seed);
    assertEquals(expected.task(), actual.task(), seed);
    assertEquals(expected.sampling(), actual.sampling(), seed);
    assertEquals(expected.leaves(), actual.leaves(), seed);
    for (int i = 0; i < expected.calls().size(); i++) {
      assertEquals(expected.calls().get(i).correct(), actual.calls().get(i).correct(), seed);
      assertEquals(expected.calls().get(i).status(), actual.calls().get(i).status(), seed);
    }
    for (int i = 0; i < expected.nodes().size(); i++) {
      final TrajectoryNode a = expected.node(i);
      final TrajectoryNode b = actual.node(i);
      assertArrayEquals(a.tokens(), b.tokens(), seed);
      assertArrayEquals(a.logprobs(), b.logprobs(), seed);
      assertEquals(
          List.of(a.id(), a.parent(), a.kind(), a.spans(), a.versionRuns(), a.kvVersion()),
          List.of(b.id(), b.parent(), b.kind(), b.spans(), b.versionRuns(), b.kvVersion()),
          seed);
      assertEquals(a.cachedTokens(), b.cachedTokens(), seed);
      assertEquals(a.state(), b.state(), seed);
      assertEquals(a.branch(), b.branch(), seed);
      assertEquals(a.stepReward(), b.stepReward(), seed);
      assertEquals(a.call(), b.call(), seed);
      assertEquals(a.draws(), b.draws(), seed);
      assertEquals(a.marks(), b.marks(), seed);
    }
  }
}
