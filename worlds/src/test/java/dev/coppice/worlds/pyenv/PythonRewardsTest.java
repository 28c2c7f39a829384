package dev.coppice.worlds.pyenv;

import static dev.coppice.worlds.pyenv.PythonEnvs.begun;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.score.GroupReward;
import dev.coppice.environments.score.Judge;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.Score;
import dev.coppice.episode.ToolFailedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Scores by judges, by functions that see whole groups, and by slow ones. */
class PythonRewardsTest {
  private static final HostSettings.Limits HASTY =
      new HostSettings.Limits(32, 1L << 30, 180_000, 60_000, new HostSettings.Scoring(3_000, 1));

  private static final List<Long> seeds = new CopyOnWriteArrayList<>();
  private static final AtomicInteger together = new AtomicInteger();
  private static volatile int most;
  private static PythonEnvTaskset judged;

  @BeforeAll
  static void open() {
    judged = PythonEnvs.open(PythonEnvs.file("judged_env.py"), false, HASTY);
    judged.judgedBy(PythonRewardsTest::verdict);
  }

  @AfterAll
  static void close() {
    judged.close();
  }

  private static Judge.Verdict verdict(
      final List<Map<String, Object>> messages, final int newTokens, final long seed) {
    most = Math.max(most, together.incrementAndGet());
    seeds.add(seed);
    final String question = String.valueOf(messages.getLast().get("content"));
    together.decrementAndGet();
    if (question.contains("broken")) {
      throw new IllegalStateException("the judge is ill");
    }
    assertEquals("Say yes or no.", messages.getFirst().get("content"));
    return new Judge.Verdict(question.contains("Is red ") ? "yes" : "no", 20, 1);
  }

  @Test
  void shouldAskAJudgeOncePerDrawAndCountWhatItTook() throws Exception {
    assertTrue(judged.isJudged());
    final Map<String, Long> before = judged.counters();
    final int asked = seeds.size();
    try (ToolWorld world = begun(judged, 0)) {
      assertTrue(world.judges());
      for (int repeat = 0; repeat < 3; repeat++) {
        for (long sample = 101; sample <= 102; sample++) {
          final Score right = world.reward("red", SeenResults.NOTHING, sample);
          assertEquals(1.0, right.reward());
          assertEquals(1.0, right.components().get("judged"));
          assertEquals(3.0, right.components().get("letters"), "what it logs is kept");
        }
      }
      assertEquals(0.5, world.reward("please", SeenResults.NOTHING, 101).reward());
    }
    assertEquals(asked + 3, seeds.size(), "a verdict belongs to its draw");
    assertNotEquals(seeds.get(asked), seeds.get(asked + 1), "each draw has its own chance");
    final Map<String, Long> after = judged.counters();
    assertEquals(3, after.get("judge_asked") - before.get("judge_asked"));
    assertEquals(4, after.get("judge_known") - before.get("judge_known"));
    assertEquals(60, after.get("judge_prompt_tokens") - before.get("judge_prompt_tokens"));
    assertEquals(3, after.get("judge_sampled_tokens") - before.get("judge_sampled_tokens"));
  }

  @Test
  void shouldFailTheScoreWhereTheJudgeFails() throws Exception {
    try (ToolWorld world = begun(judged, 0)) {
      final ToolFailedException failure =
          assertThrows(
              ToolFailedException.class, () -> world.reward("broken", SeenResults.NOTHING, 1));

      assertTrue(failure.getMessage().contains("the judge is ill"), failure.getMessage());
      assertEquals(1.0, world.reward("red", SeenResults.NOTHING, 1).reward());
    }
  }

  @Test
  void shouldRefuseToStartWithoutTheJudgeThatARewardAsks() {
    try (PythonEnvTaskset alone = PythonEnvs.open(PythonEnvs.file("judged_env.py"), false, HASTY)) {
      final IllegalArgumentException refusal =
          assertThrows(IllegalArgumentException.class, () -> alone.judgedBy(null));

      assertTrue(refusal.getMessage().contains("world.judge"), refusal.getMessage());
    }
  }

  @Test
  void shouldShowAWholeGroupToTheFunctionsThatSeeOne() throws Exception {
    final GroupReward group = judged.groupReward();
    final List<Long> rows = new ArrayList<>();
    for (final String answer : List.of("red", "red", "blue", "green")) {
      try (ToolWorld world = begun(judged, 0)) {
        final Score alone = world.reward(answer, SeenResults.NOTHING, 1);
        rows.add(alone.components().get(GroupReward.ROW).longValue());
      }
    }
    rows.add(2, rows.get(0)); // A path that two samples took is two rows.

    final List<Score> scores = group.score(judged.task(0), rows);

    assertEquals(5, scores.size());
    for (int i = 0; i < 3; i++) {
      assertEquals(2.0 / 3, scores.get(i).reward(), 1e-9);
      assertEquals(1.0 / 3, scores.get(i).components().get("rare"), 1e-9);
    }
    assertEquals(2.0, scores.get(3).reward(), 1e-9);
    assertThrows(IllegalStateException.class, () -> group.score(judged.task(0), rows));
  }

  @Test
  void shouldNeverTakeANumberThatIsNoneForAGroup() throws Exception {
    final List<Long> rows = new ArrayList<>();
    try (ToolWorld world = begun(judged, 0)) {
      final Score alone = world.reward("break", SeenResults.NOTHING, 1);
      rows.add(alone.components().get(GroupReward.ROW).longValue());
    }
    final ToolFailedException failure =
        assertThrows(
            ToolFailedException.class, () -> judged.groupReward().score(judged.task(0), rows));

    assertTrue(failure.getMessage().contains("rare gave nan"), failure.getMessage());
  }

  /** One at a time is all these limits let be scored; a slow one is given up at its deadline. */
  @Test
  void shouldBoundHowManyAreScoredAtATimeAndHowLong() throws Exception {
    final int askers = 4;
    final CyclicBarrier begin = new CyclicBarrier(askers);
    final List<Thread> threads = new ArrayList<>();
    final List<Throwable> wrong = new CopyOnWriteArrayList<>();
    most = 0;
    for (int i = 0; i < askers; i++) {
      final int own = i;
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try (ToolWorld world = begun(judged, 0)) {
                      begin.await();
                      world.reward("colour " + own, SeenResults.NOTHING, 1);
                    } catch (final Exception | AssertionError e) {
                      wrong.add(e);
                    }
                  }));
    }
    for (final Thread thread : threads) {
      thread.join();
    }
    assertEquals(List.of(), wrong);
    assertEquals(1, most);
    try (ToolWorld world = begun(judged, 0)) {
      final long startNs = System.nanoTime();
      final ToolFailedException failure =
          assertThrows(
              ToolFailedException.class, () -> world.reward("slow", SeenResults.NOTHING, 1));
      final long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);

      assertEquals("python_timeout", failure.code());
      assertTrue(tookMs < 20_000, "tookMs=" + tookMs);
      assertEquals(1.0, world.reward("red", SeenResults.NOTHING, 1).reward());
    }
  }
}
