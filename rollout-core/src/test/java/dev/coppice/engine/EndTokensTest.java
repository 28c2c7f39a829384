package dev.coppice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.fixture.LetterPolicy;
import dev.coppice.fixture.LetterTokenizer;
import dev.coppice.fixture.LetterWorld;
import dev.coppice.fixture.ScriptedRunner;
import dev.coppice.fixture.TestRun;
import dev.coppice.fixture.WatchedRunner;
import dev.coppice.model.Tokenizer;
import dev.coppice.model.Work;
import dev.coppice.rollout.GroupRequest;
import dev.coppice.scheduling.ChainPolicy;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** A model may name several tokens that end a turn; each of them does, and runners are told all. */
final class EndTokensTest {
  private static final int TILDE = 0;
  private static final int LETTER_D = LetterTokenizer.ALPHABET.indexOf('d');

  /** Ends at a tilde, and at the letter d as well. */
  private record TwoEnds(LetterTokenizer letters) implements Tokenizer {
    @Override
    public int[] encode(final String text) {
      return letters.encode(text);
    }

    @Override
    public String decode(final int[] tokens) {
      return letters.decode(tokens);
    }

    @Override
    public String piece(final int token) {
      return letters.piece(token);
    }

    @Override
    public int beginToken() {
      return letters.beginToken();
    }

    @Override
    public int endToken() {
      return TILDE;
    }

    @Override
    public List<Integer> endTokens() {
      return List.of(TILDE, LETTER_D);
    }

    @Override
    public boolean isEnd(final int token) {
      return token == TILDE || token == LETTER_D;
    }

    @Override
    public int vocabularySize() {
      return letters.vocabularySize();
    }

    @Override
    public void close() {}
  }

  @Test
  void everyEndTokenShouldEndASequenceAndBeToldToTheRunner() throws InterruptedException {
    final long seed = new Random().nextLong();
    final Set<List<Integer>> told = ConcurrentHashMap.newKeySet();
    final Set<Integer> ends = ConcurrentHashMap.newKeySet();
    final WatchedRunner runner =
        new WatchedRunner(
            new ScriptedRunner(new LetterPolicy(3.0), 128, ScriptedRunner.Manners.OF_A_SERVER)) {
          @Override
          public void submit(final Work work) {
            told.add(work.stops().endTokens());
            super.submit(work);
          }
        };
    final GroupListener listener =
        result -> result.group().trees().forEach(tree -> check(tree, ends, "seed=" + seed));
    final RolloutEngine.Parts parts =
        new RolloutEngine.Parts(
            LetterWorld.calm(40),
            new TwoEnds(new LetterTokenizer()),
            runner,
            new ChainPolicy(),
            listener);

    try (RolloutEngine engine = RolloutEngine.start(new TestRun().seed(seed).config(), parts)) {
      for (int i = 0; i < 40; i++) {
        assertTrue(engine.offer(new GroupRequest("g" + i, i, i)));
      }
      assertTrue(engine.awaitIdle(60_000_000_000L), "seed=" + seed);
    }

    assertEquals(Set.of(List.of(TILDE, LETTER_D)), told, "seed=" + seed);
    assertEquals(Set.of(TILDE, LETTER_D), ends, "seed=" + seed);
  }

  private static void check(final TrajectoryTree tree, final Set<Integer> ends, final String seed) {
    for (final TrajectoryNode node : tree.nodes()) {
      final int[] tokens = node.tokens();
      for (int i = 0; node.kind() == NodeKind.ACTION && i < tokens.length - 1; i++) {
        assertTrue(tokens[i] != TILDE && tokens[i] != LETTER_D, seed);
      }
    }
    for (final Leaf leaf : tree.leaves()) {
      final int[] tokens = tree.node(leaf.node()).tokens();
      if (leaf.stop() == StopReason.EOS) {
        ends.add(tokens[tokens.length - 1]);
      }
    }
  }
}
