package dev.coppice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.episode.InvalidToolResultException;
import dev.coppice.episode.Observation;
import dev.coppice.fixture.LetterPolicy;
import dev.coppice.fixture.LetterWorld;
import dev.coppice.fixture.ScriptedRunner;
import dev.coppice.fixture.TestRun;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.GroupResult;
import dev.coppice.rollout.RolloutLimits;
import dev.coppice.scheduling.FixedPolicy;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.RolloutFailure;
import dev.coppice.trajectory.ToolCall;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A failure is data with a boundary; it is never a reward and never touches a sibling. */
final class FaultTest {
  private static final FixedPolicy FOUR =
      new FixedPolicy(List.of(new FixedPolicy.Place(false, 0, 4)));

  @Test
  void aToolThatThrowsFailsItsBranchAlone() throws InterruptedException {
    final List<Leaf> leaves =
        leaves(
            runWith(
                (text, calls) -> {
                  throw new IllegalStateException("no such drawer");
                }));

    assertOnly(leaves, LeafStatus.TOOL_FAILED, RolloutFailure.Boundary.TOOL, "threw");
    assertTrue(leaves.stream().anyMatch(leaf -> leaf.status() == LeafStatus.COMPLETED));
  }

  @Test
  void aToolThatHangsIsInterruptedAtItsDeadline() throws InterruptedException {
    final AtomicInteger interrupted = new AtomicInteger();
    final LetterWorld hanging =
        new LetterWorld(
            99,
            (text, calls) -> {
              try {
                new CountDownLatch(1).await();
              } catch (final InterruptedException e) {
                interrupted.incrementAndGet();
                throw e;
              }
              return null;
            });
    final TestRun run = new TestRun().world(hanging).policy(FOUR);
    final List<Leaf> leaves = leaves(run.limits(new RolloutLimits(64, 8, 256, 30_000_000L)).run());

    assertOnly(leaves, LeafStatus.TOOL_FAILED, RolloutFailure.Boundary.TOOL, "timeout");
    assertTrue(interrupted.get() > 0);
  }

  @Test
  void aToolThatFloodsIsCutOff() throws InterruptedException {
    final String flood = "7".repeat(10_000_000);
    final List<Leaf> leaves = leaves(runWith((text, calls) -> answer(flood)));

    assertOnly(leaves, LeafStatus.TOOL_FAILED, RolloutFailure.Boundary.TOOL, "oversize");
  }

  @Test
  void aToolThatAnswersTooManyTokensIsCutOff() throws InterruptedException {
    final List<Leaf> leaves = leaves(runWith((text, calls) -> answer("7".repeat(257))));

    assertOnly(leaves, LeafStatus.TOOL_FAILED, RolloutFailure.Boundary.TOOL, "oversize");
  }

  @Test
  void aToolThatAnswersNonsenseFailsItsBranch() throws InterruptedException {
    final List<Leaf> leaves =
        leaves(
            runWith(
                (text, calls) -> {
                  throw new InvalidToolResultException("malformed JSON at byte 3");
                }));

    assertOnly(leaves, LeafStatus.TOOL_FAILED, RolloutFailure.Boundary.TOOL, "invalid_result");
  }

  @Test
  void logitsThatAreNotFiniteFailTheirBranchAndSiblingsGoOn() throws InterruptedException {
    final LetterPolicy sound = new LetterPolicy(3.0);
    final ScriptedRunner poisoned =
        new ScriptedRunner(
            (path, length, target, offset) -> {
              sound.scores(path, length, target, offset);
              if (length > 10 && path[length - 1] == 3) {
                target[offset + 5] = Float.NaN;
              }
            },
            128);
    final List<Leaf> leaves = leaves(new TestRun().policy(FOUR).runner(poisoned).run());

    assertOnly(leaves, LeafStatus.INFRA_FAILED, RolloutFailure.Boundary.BACKEND, "nan_logits");
    assertTrue(leaves.stream().anyMatch(leaf -> leaf.status() == LeafStatus.COMPLETED));
  }

  @Test
  void aPassThatFailsFailsItsRowsAndTheRunGoesOn() throws InterruptedException {
    final AtomicInteger passes = new AtomicInteger();
    final LetterPolicy sound = new LetterPolicy(3.0);
    final ScriptedRunner flaky =
        new ScriptedRunner(
            (path, length, target, offset) -> {
              if (passes.incrementAndGet() % 200 == 0) {
                throw new IllegalStateException("device lost");
              }
              sound.scores(path, length, target, offset);
            },
            128);
    final List<Leaf> leaves = leaves(new TestRun().policy(FOUR).runner(flaky).run());

    assertOnly(leaves, LeafStatus.INFRA_FAILED, RolloutFailure.Boundary.BACKEND, "forward_failed");
    assertTrue(leaves.stream().anyMatch(leaf -> leaf.status() == LeafStatus.COMPLETED));
  }

  @Test
  void aPromptLongerThanTheContextIsRefusedBeforeAnythingIsComputed() throws InterruptedException {
    final TestRun run =
        new TestRun().groups(1).runner(new ScriptedRunner(new LetterPolicy(3.0), 6));
    final List<Leaf> leaves = leaves(run.run());

    assertEquals(1, leaves.size());
    assertEquals("prompt_too_long", leaves.getFirst().failure().code());
    assertEquals(0, run.stats().tokens().prefilled());
  }

  @Test
  void anEpisodeThatCannotStartFailsItsGroup() throws InterruptedException {
    final List<Leaf> leaves = leaves(new TestRun().world(new UnstartableWorld()).groups(2).run());

    assertEquals(2, leaves.size());
    assertOnly(leaves, LeafStatus.ENV_FAILED, RolloutFailure.Boundary.ENVIRONMENT, "start_failed");
  }

  @Test
  void aFullQueueAnswersFalse() throws InterruptedException {
    final TestRun run = new TestRun().capacity(new EngineConfig.Capacity(4, 4, 0)).groups(1_000);

    final IllegalStateException full = assertThrows(IllegalStateException.class, run::run);

    assertTrue(full.getMessage().contains("full"), full.getMessage());
  }

  private static Observation answer(final String text) {
    return Observation.of(text, "hash", "{}", ToolCall.Status.OK, null);
  }

  private static Map<Integer, GroupResult> runWith(final LetterWorld.CallHook hook)
      throws InterruptedException {
    return new TestRun().policy(FOUR).world(new LetterWorld(99, hook)).run();
  }

  private static List<Leaf> leaves(final Map<Integer, GroupResult> results) {
    final List<Leaf> leaves = new ArrayList<>();
    for (final GroupResult result : results.values()) {
      for (final TrajectoryTree tree : result.group().trees()) {
        leaves.addAll(tree.leaves());
      }
    }
    return leaves;
  }

  private static void assertOnly(
      final List<Leaf> leaves,
      final LeafStatus status,
      final RolloutFailure.Boundary boundary,
      final String code) {
    int failures = 0;
    for (final Leaf leaf : leaves) {
      if (leaf.failure() == null) {
        assertFalse(leaf.status().ordinal() > LeafStatus.TRUNCATED.ordinal(), leaf.toString());
        continue;
      }
      failures++;
      assertEquals(status, leaf.status());
      assertEquals(boundary, leaf.failure().boundary());
      assertEquals(code, leaf.failure().code());
      assertTrue(Double.isNaN(leaf.reward()), "a failure is never a reward");
    }
    assertTrue(failures > 0, "nothing failed");
  }
}
