package dev.coppice.environments.boxes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.EnvironmentConfig;
import dev.coppice.environments.EnvironmentPlug;
import dev.coppice.environments.Environments;
import dev.coppice.environments.TaskRequest;
import dev.coppice.environments.arithmetic.Split;
import dev.coppice.environments.contract.WorldContract;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.WorldEnvironment;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.plug.PlugOptions;
import dev.coppice.trajectory.Task;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class BoxesWorldTest extends WorldContract {
  @Override
  protected Taskset taskset() {
    return new BoxesTaskset(Split.HELD_OUT, Boxes.Rule.PLUS, 20, 5);
  }

  @Test
  void shouldPutEveryDigitIntoSomeBoxAndNothingElse() {
    final Set<Integer> digits = new HashSet<>();
    for (int i = 0; i < Boxes.count(); i++) {
      digits.add(Boxes.inside(Boxes.name(i)));
    }

    assertEquals(Set.of(2, 3, 4, 5, 6, 7, 8, 9), digits);
  }

  @Test
  void shouldShowWorkedExamplesThatAreRightAndLeaveTheTaskOpen() {
    for (final String rule : new String[] {"larger", "plus"}) {
      final String prompt = prompt(rule);
      final Matcher shown =
          Pattern.compile("3\\. (\\d) (or|\\+) (\\d) = <answer>(\\d+)</answer>").matcher(prompt);
      int count = 0;
      while (shown.find()) {
        final int first = Integer.parseInt(shown.group(1));
        final int second = Integer.parseInt(shown.group(3));
        final int right = rule.equals("plus") ? first + second : Math.max(first, second);
        assertEquals(right, Integer.parseInt(shown.group(4)));
        assertTrue(prompt.contains("<tool_response>\"" + first + "\"</tool_response>"));
        count++;
      }
      assertEquals(5, count, prompt);
      assertTrue(prompt.matches("(?s).*\nTask: \\w+ " + rule + " \\w+\n"), prompt);
    }
  }

  private static String prompt(final String rule) {
    try (var environment =
        Environments.create(
            new EnvironmentConfig(
                "boxes",
                new TaskRequest(
                    "held-out",
                    3,
                    1,
                    "",
                    "",
                    PlugOptions.of(
                        EnvironmentPlug.KIND, new BoxesPlug(), Map.of("rule", rule)))))) {
      return environment.start(environment.task(0), 1).prompt();
    }
  }

  @Test
  void shouldGatherInTwoTurnsAndDecideInTheThird() {
    final Taskset taskset = taskset();

    assertEquals(new EpisodePlan(2, 3), taskset.plan(taskset.task(0)));
  }

  @Test
  void shouldNeverTrainOnAPairThatIsHeldOut() {
    final Set<String> trained = pairs(new BoxesTaskset(Split.TRAIN, Boxes.Rule.LARGER, 1000, 1));
    final Set<String> heldOut = pairs(new BoxesTaskset(Split.HELD_OUT, Boxes.Rule.LARGER, 500, 2));

    assertFalse(heldOut.stream().anyMatch(trained::contains));
  }

  private static Set<String> pairs(final Taskset taskset) {
    final Set<String> pairs = new HashSet<>();
    for (int i = 0; i < taskset.taskCount(); i++) {
      final Task task = taskset.task(i);
      final Boxes boxes = BoxesTaskset.boxes(task);
      final boolean rises = boxes.first().compareTo(boxes.second()) < 0;
      pairs.add(rises ? boxes.first() + boxes.second() : boxes.second() + boxes.first());
    }
    return pairs;
  }

  @Test
  void shouldRefuseMorePairsThanItCanDraw() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new BoxesTaskset(Split.HELD_OUT, Boxes.Rule.LARGER, 100_000, 1));
  }

  @Test
  void shouldAnswerALookWithTheDigitInQuotes() throws Exception {
    try (WorldEnvironment environment = new WorldEnvironment(taskset());
        var episode = environment.start(environment.task(0), 1)) {
      final String text = "{\"name\": \"look\", \"arguments\": {\"box\": \"k7\"}}";

      assertEquals(
          "<tool_response>\"" + Boxes.inside("k7") + "\"</tool_response>",
          episode.call(text).text());
    }
  }
}
