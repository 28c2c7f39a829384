package dev.coppice.worlds.pyenv;

import static dev.coppice.worlds.pyenv.PythonEnvs.begun;
import static dev.coppice.worlds.pyenv.PythonEnvs.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.contract.CheckReport;
import dev.coppice.environments.contract.WorldCheck;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.toolworld.ToolResult;
import dev.coppice.environments.toolworld.ToolWorld;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Plays environments of published packages, where they are installed. */
class PythonPackagesTest {
  private static final int EPISODES = 20;

  private static PythonEnvTaskset open(
      final String environment, final String module, final Map<String, Object> config)
      throws Exception {
    return PythonEnvs.open(
        environment, PythonEnvs.pythonWith(module), config, false, PythonEnvs.PATIENT);
  }

  /** Game_of_life_halting would pay for any text: a known wrong answer must be tried as well. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "countdown",
        "chain_sum",
        "spell_backward",
        "leg_counting",
        "sudoku",
        "prime_factorization"
      })
  void shouldScoreGoldAndWrongAnswersOfReasoningGym(final String name) throws Exception {
    try (PythonEnvTaskset taskset =
        open("reasoning-gym/" + name, "reasoning_gym", Map.of("size", EPISODES))) {
      assertEquals(EPISODES, taskset.taskCount());
      for (int i = 0; i < EPISODES; i++) {
        try (ToolWorld world = begun(taskset, i);
            ToolWorld fork = world.fork()) {
          final String gold = taskset.solution(taskset.task(i)).answer();
          assertEquals(1.0, fork.reward(gold, SeenResults.NOTHING).reward(), gold);
          assertTrue(world.reward("?", SeenResults.NOTHING).reward() < 0.1, name + " " + i);
          assertEquals(world.digest(), fork.digest());
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "textarena/GuessTheNumber-v0, textarena, [3] [9] [15]",
    "textarena/TowerOfHanoi-v0, textarena, '[A C] [A B] [C B]'",
    "textarena/2048-v0, textarena, [left] [up] [right]",
    "textarena/Blackjack-v0, textarena, [hit] [stand] [hit]",
    "textarena/FifteenPuzzle-v0, textarena, [up] [left] [down]",
    "textarena/LightsOut-v0, textarena, '[1 1] [0 0] [2 2]'",
    "gymnasium/FrozenLake-v1, gymnasium, 1 2 1",
    "gymnasium/FrozenLake8x8-v1, gymnasium, 2 1 2",
    "gymnasium/Taxi-v4, gymnasium, 1 2 0",
    "gymnasium/CliffWalking-v1, gymnasium, 0 1 2",
  })
  void shouldKeepForksApartAndContinueThemAsAnUnforkedRun(
      final String environment, final String module, final String turns) throws Exception {
    final List<String> said = List.of(turns.split("(?<=\\]) |(?<=\\d) "));
    try (PythonEnvTaskset taskset = open(environment, module, Map.of())) {
      for (int i = 0; i < EPISODES; i++) {
        try (ToolWorld unforked = begun(taskset, i);
            ToolWorld parent = begun(taskset, i)) {
          assertEquals(say(unforked, said.get(0)), say(parent, said.get(0)));
          try (ToolWorld fork = parent.fork()) {
            assertEquals(say(unforked, said.get(1)), say(fork, said.get(1)), environment + " " + i);
            final String before = parent.digest();
            say(fork, said.get(2));
            assertEquals(before, parent.digest());
          }
        }
      }
    }
  }

  private static String say(final ToolWorld world, final String text) throws Exception {
    final ToolResult result = world.call(request("$say", Map.of("text", text)));
    return result.text() + " " + result.over() + " " + result.stepReward() + " " + world.digest();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gsm8k_multi_turn", "gsm8k"})
  void shouldPlaySkyRlToItsScore(final String name) throws Exception {
    final List<Map<String, Object>> rows = new ArrayList<>();
    for (int i = 0; i < EPISODES; i++) {
      rows.add(
          Map.of(
              "prompt",
              List.of(Map.of("role", "user", "content", "2+" + i + "?")),
              "reward_spec",
              Map.of("method", "rule", "ground_truth", Integer.toString(2 + i)),
              "max_turns",
              3));
    }
    try (PythonEnvTaskset taskset = open("skyrl/" + name, "skyrl_gym", Map.of("extras", rows))) {
      for (int i = 0; i < EPISODES; i++) {
        try (ToolWorld world = begun(taskset, i);
            ToolWorld unforked = begun(taskset, i);
            ToolWorld fork = world.fork()) {
          final String before = world.digest();
          final double wrong = play(fork, "#### " + (3 + i));
          assertEquals(before, world.digest());
          final double right = play(world, "#### " + (2 + i));
          assertEquals(right, play(unforked, "#### " + (2 + i)));
          assertEquals(unforked.digest(), world.digest());
          assertTrue(right >= 1.0 && wrong < 0.5, right + " " + wrong);
        }
      }
    }
  }

  private static double play(final ToolWorld world, final String text) throws Exception {
    world.call(request("$say", Map.of("text", text)));
    return world.reward(null, SeenResults.NOTHING).reward();
  }

  @ParameterizedTest
  @CsvSource({
    "reasoning-gym/countdown, reasoning_gym",
    "textarena/GuessTheNumber-v0, textarena",
    "gymnasium/FrozenLake-v1, gymnasium",
  })
  void shouldKeepTheContract(final String environment, final String module) throws Exception {
    try (PythonEnvTaskset taskset = open(environment, module, Map.of())) {
      final CheckReport report = new WorldCheck(taskset).run(1, 1);

      assertTrue(report.holds(), report.text());
    }
  }
}
