package dev.coppice.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.fixture.ExactDrawsContract;
import dev.coppice.fixture.ScriptedRunner;
import dev.coppice.fixture.ScriptedRunner.Manners;
import dev.coppice.fixture.TestRun;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.RolloutFailure;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The scripted runner keeps the contract of the port, at its best and as a server behaves. */
final class ScriptedRunnerContractTest {
  @Nested
  final class AtItsBest extends ExactDrawsContract {
    @Override
    protected ModelRunner runner() {
      return ScriptedRunner.letters(Manners.BEST);
    }
  }

  @Nested
  final class ManyTokensOutOfOrder extends ExactDrawsContract {
    @Override
    protected ModelRunner runner() {
      return ScriptedRunner.letters(Manners.OF_A_SERVER);
    }
  }

  /** Every tenth answer is lost, and what was released is answered all the same. */
  @Nested
  final class LossyAndLate extends ExactDrawsContract {
    @Override
    protected ModelRunner runner() {
      return ScriptedRunner.letters(new Manners(5, 9, 6, 0.1, true, 50_000_000L));
    }
  }

  private static final long SOON_NS = 20_000_000L;

  private static List<Leaf> leaves(final double lossShare) throws InterruptedException {
    return new TestRun()
            .groups(6)
            .runner(ScriptedRunner.letters(new Manners(1, 64, 0, lossShare, false, SOON_NS)))
            .run()
            .values()
            .stream()
            .flatMap(result -> result.group().trees().stream())
            .flatMap(tree -> tree.leaves().stream())
            .toList();
  }

  private static void assertUnanswered(final Leaf leaf) {
    assertEquals(LeafStatus.INFRA_FAILED, leaf.status(), leaf::toString);
    assertEquals(RolloutFailure.Boundary.BACKEND, leaf.failure().boundary(), leaf::toString);
    assertEquals("no_answer", leaf.failure().code(), leaf::toString);
    assertFalse(leaf.isScored(), leaf::toString);
  }

  @Test
  void shouldEndABranchWhoseAnswerIsLostAndLeaveTheOthersAlone() throws InterruptedException {
    final List<Leaf> leaves = leaves(0.02);
    final List<Leaf> lost =
        leaves.stream().filter(leaf -> leaf.status() == LeafStatus.INFRA_FAILED).toList();

    lost.forEach(ScriptedRunnerContractTest::assertUnanswered);
    assertTrue(!lost.isEmpty() && lost.size() < leaves.size(), lost.size() + "/" + leaves.size());
  }

  @Test
  void shouldEndEveryBranchOfARunnerThatNeverAnswers() throws InterruptedException {
    final List<Leaf> leaves = leaves(1.0);

    assertFalse(leaves.isEmpty());
    leaves.forEach(ScriptedRunnerContractTest::assertUnanswered);
  }
}
