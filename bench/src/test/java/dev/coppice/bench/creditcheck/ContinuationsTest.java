package dev.coppice.bench.creditcheck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.EnvironmentConfig;
import dev.coppice.environments.Environments;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.model.Tokenizer;
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
import java.util.Set;
import org.junit.jupiter.api.Test;

class ContinuationsTest {
  private static final Task TASK = new Task("toy/1", "{}");

  /** Encodes greedily by pairs, so that ids sampled one by one come back as others. */
  private static final class PairTokenizer implements Tokenizer {
    @Override
    public int[] encode(final String text) {
      final int[] ids = new int[(text.length() + 1) / 2];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = text.substring(2 * i, Math.min(text.length(), 2 * i + 2)).hashCode();
      }
      return ids;
    }

    @Override
    public String decode(final int[] tokens) {
      final StringBuilder text = new StringBuilder();
      for (final int token : tokens) {
        text.append(piece(token));
      }
      return text.toString();
    }

    @Override
    public String piece(final int token) {
      return String.valueOf((char) token);
    }

    @Override
    public int beginToken() {
      return -1;
    }

    @Override
    public int endToken() {
      return -1;
    }

    @Override
    public int vocabularySize() {
      return Character.MAX_VALUE;
    }

    @Override
    public void close() {}
  }

  @Test
  void shouldEnterAPlaceByItsTokenIdsWhateverItsTextWouldGive() throws Exception {
    final Tokenizer model = new PairTokenizer();
    final int[] sampled = {'a', 'b', 'c'};
    assertTrue(model.encode(model.decode(sampled)).length != sampled.length);
    try (Environment countdown =
            Environments.create(new EnvironmentConfig("countdown", "", 4, 1, "", ""));
        Episode start = countdown.start(countdown.task(0), 1)) {
      final ContinuationWorld world =
          new ContinuationWorld(
              countdown.dialect(), List.of(new ContinuationWorld.Place(sampled, start)));
      final Tokenizer tokenizer = world.tokenizer(model);
      try (Episode place = world.start(world.task(0), 1)) {
        assertArrayEquals(sampled, tokenizer.encode(place.prompt()));
        assertArrayEquals(sampled, tokenizer.encode(place.fork().prompt()));
      }
      assertArrayEquals(model.encode("other text"), tokenizer.encode("other text"));
    }
  }

  /** One chain: a turn of two nodes, an observation, a second turn; drawn several times. */
  private static TrajectoryTree chain(
      final int place, final int[] turn, final double reward, final int draws) {
    final List<TrajectoryNode> nodes = new ArrayList<>();
    nodes.add(TrajectoryNode.prompt(new int[] {9}));
    nodes.add(TrajectoryNode.action(1, 0, new int[] {turn[0]}, new float[1]));
    nodes.add(TrajectoryNode.action(2, 1, new int[] {turn[1]}, new float[1]));
    nodes.add(TrajectoryNode.observation(3, 2, new int[] {8}, -1));
    nodes.add(TrajectoryNode.action(4, 3, new int[] {5}, new float[1]));
    return new TrajectoryTree(
        new TrajectoryTree.Origin("toy", "g0", place),
        TASK,
        SamplingSettings.PLAIN,
        nodes.stream().map(node -> node.with(draws, Set.of())).toList(),
        List.of(),
        List.of(
            new Leaf(
                4, LeafStatus.COMPLETED, StopReason.ANSWER, reward, Map.of(), "", null, draws)));
  }

  @Test
  void shouldValueAPlaceWithinATurnByWhatBeganAsItDid() {
    final TurnSamples samples = new TurnSamples();
    samples.add(
        new TrajectoryGroup(
            "g0",
            TASK,
            List.of(
                chain(0, new int[] {1, 2}, 1, 30),
                chain(1, new int[] {1, 3}, 0, 10),
                chain(2, new int[] {4, 2}, 0, 20))));

    assertEquals(0.5, samples.mean(), 1e-12);
    assertEquals(0.75, samples.meanAfter(new int[] {1}), 1e-12);
    assertEquals(1, samples.meanAfter(new int[] {1, 2}), 1e-12);
    assertTrue(Double.isNaN(samples.meanAfter(new int[] {4})), "too few to tell");
    assertTrue(Double.isNaN(samples.meanAfter(new int[] {1, 2, 8})), "the turn ended there");
  }
}
