package dev.coppice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.episode.Dialect;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.fixture.LetterWorld;
import dev.coppice.fixture.TestRun;
import dev.coppice.rollout.GroupResult;
import dev.coppice.rollout.RolloutLimits;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.Task;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A world that never begins, or begins with an error, costs its group and no other. */
@Timeout(60)
class HangingStartTest {
  private static final long CALL_DEADLINE_NS = 20_000_000;
  private static final int BAD = 3;

  /** Begins all tasks but one. */
  private record Stubborn(Environment base, Runnable start) implements Environment {
    @Override
    public String name() {
      return base.name();
    }

    @Override
    public Dialect dialect() {
      return base.dialect();
    }

    @Override
    public int taskCount() {
      return base.taskCount();
    }

    @Override
    public Task task(final int index) {
      return base.task(index);
    }

    @Override
    public Episode start(final Task task, final long seed) {
      if (task.equals(base.task(BAD))) {
        start.run();
      }
      return base.start(task, seed);
    }
  }

  private static void hang() {
    final CountDownLatch never = new CountDownLatch(1);
    while (never.getCount() > 0) {
      try {
        never.await();
      } catch (final InterruptedException e) {
        continue; // As a tool that does not listen.
      }
    }
  }

  private static List<Leaf> leaves(final GroupResult result) {
    return result.group().trees().stream().flatMap(tree -> tree.leaves().stream()).toList();
  }

  private static void assertOneGroupFails(final Runnable start, final String reason)
      throws InterruptedException {
    final Map<Integer, GroupResult> results =
        new TestRun()
            .world(new Stubborn(LetterWorld.calm(1000), start))
            .limits(new RolloutLimits(40, 4, 64, CALL_DEADLINE_NS))
            .run();

    assertEquals(8, results.size());
    for (final GroupResult result : results.values()) {
      final boolean isBad = result.request().taskIndex() == BAD;
      for (final Leaf leaf : leaves(result)) {
        assertEquals(isBad, leaf.failure() != null && leaf.failure().code().equals("start_failed"));
        assertTrue(!isBad || leaf.failure().message().contains(reason), "" + leaf.failure());
      }
    }
  }

  @Test
  void shouldGiveUpAWorldThatDoesNotBegin() throws InterruptedException {
    assertOneGroupFails(HangingStartTest::hang, "did not begin within 200 ms");
  }

  @Test
  void shouldLiveOnAfterAWorldThatBeginsWithAnError() throws InterruptedException {
    assertOneGroupFails(
        () -> {
          throw new StackOverflowError("too deep");
        },
        "too deep");
  }
}
