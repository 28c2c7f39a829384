package dev.coppice.environments.arithmetic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CountdownProblemsTest {
  private static final long SEED = 5;
  private static final int DRAWS = 2_000;

  @Test
  void shouldNeverDrawAHeldOutMultisetForTraining() {
    final Set<List<Integer>> training = new HashSet<>();
    final Set<List<Integer>> heldOut = new HashSet<>();
    for (int index = 0; index < DRAWS; index++) {
      training.add(CountdownProblems.problem(Split.TRAIN, SEED, index).numbers());
      training.add(DrawersProblems.problem(Split.TRAIN, SEED, index).countdown().numbers());
      heldOut.add(CountdownProblems.problem(Split.HELD_OUT, SEED, index).numbers());
      heldOut.add(DrawersProblems.problem(Split.HELD_OUT, SEED, index).countdown().numbers());
    }

    assertTrue(Collections.disjoint(training, heldOut), "seed=" + SEED);
    assertTrue(heldOut.size() > 200, "heldOut=" + heldOut.size() + " seed=" + SEED);
  }

  @Test
  void shouldHoldOutAboutOneMultisetInFiveWhateverTheOrder() {
    int heldOut = 0;
    int all = 0;
    for (int a = 1; a <= 12; a++) {
      for (int b = 1; b <= a; b++) {
        for (int c = 1; c <= b; c++) {
          all++;
          heldOut += Split.of(List.of(a, b, c)) == Split.HELD_OUT ? 1 : 0;
          assertEquals(Split.of(List.of(a, b, c)), Split.of(List.of(c, a, b)));
        }
      }
    }

    assertEquals(0.2, (double) heldOut / all, 0.06, heldOut + " of " + all);
  }

  @Test
  void shouldDrawProblemsThatNeedTwoCallsAndLeaveFewWinningFirstMoves() {
    for (int index = 0; index < 300; index++) {
      final CountdownProblem problem = CountdownProblems.problem(Split.HELD_OUT, SEED, index);
      final long[] pool = problem.numbers().stream().mapToLong(Integer::longValue).toArray();
      final int winning = NaturalOracle.winningMoves(pool, problem.target()).size();
      final String where = problem + " index=" + index + " seed=" + SEED;

      assertTrue(NaturalOracle.fewestCalls(pool, problem.target()) >= 2, where);
      assertTrue(winning > 0 && 2 * winning <= NaturalOracle.moves(pool).size(), where);
      assertTrue(problem.target() >= 10 && problem.target() <= 50, where);
      assertTrue(pool.length == 3 || pool.length == 4, where);
    }
  }

  @Test
  void shouldDrawTheSameProblemForTheSameArguments() {
    final CountdownProblem first = CountdownProblems.problem(Split.HELD_OUT, 7, 3);
    final Set<CountdownProblem> others = new HashSet<>();
    for (int index = 0; index < 100; index++) {
      others.add(CountdownProblems.problem(Split.HELD_OUT, 7, index));
    }

    assertEquals(first, CountdownProblems.problem(Split.HELD_OUT, 7, 3));
    assertTrue(others.size() > 90, "distinct=" + others.size());
  }

  @Test
  void shouldWriteThePromptsTheTasksAgreeOn() {
    final CountdownProblem countdown = new CountdownProblem(List.of(12, 8, 5, 3), 29);
    final DrawersProblem drawers = new DrawersProblem(List.of(3, 0, 12, 8, 0, 5), 29);

    assertEquals("12 8 5 3=29\n", countdown.prompt());
    assertEquals("=29/6\n", drawers.prompt());
    assertEquals(countdown, drawers.countdown());
    assertEquals("worth 3", drawers.observation(1));
    assertEquals("empty", drawers.observation(2));
    assertEquals(10, drawers.callLimit());
  }

  @Test
  void shouldLayTheNumbersIntoFiveOrSixDrawersInEveryPlace() {
    final Set<Integer> drawers = new HashSet<>();
    final List<Integer> filledFirst = new ArrayList<>();
    for (int index = 0; index < 200; index++) {
      final DrawersProblem problem = DrawersProblems.problem(Split.TRAIN, SEED, index);
      drawers.add(problem.drawers());
      filledFirst.add(problem.contents().get(0) > 0 ? 1 : 0);
    }

    assertEquals(Set.of(5, 6), drawers);
    assertFalse(filledFirst.stream().allMatch(filled -> filled == 1), "seed=" + SEED);
  }
}
