package dev.coppice.environments.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.tool.CallText;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolSpec;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.environments.toolworld.WorldEnvironment;
import dev.coppice.environments.toolworld.WorldEpisode;
import dev.coppice.episode.Observation;
import dev.coppice.trajectory.ToolCall;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** States what holds for every tool world; each world's test subclasses it. */
public abstract class WorldContract {
  private static final int QUICK_EPISODES = 50;
  private static final int ALL_EPISODES = 1_000;
  private static final long SEED = 1;

  /** Returns the world under test. */
  protected abstract Taskset taskset();

  @Test
  void shouldKeepTheContractInFiftyRandomEpisodes() {
    assertHolds(QUICK_EPISODES);
  }

  @Test
  @Tag("slow")
  void shouldKeepTheContractInAThousandRandomEpisodes() {
    assertHolds(ALL_EPISODES);
  }

  private void assertHolds(final int episodes) {
    try (Taskset taskset = taskset()) {
      final CheckReport report = new WorldCheck(taskset).run(episodes, SEED);

      System.out.print(report.text());
      assertTrue(report.holds(), report.text());
      assertEquals(episodes, report.counts().episodes());
      assertTrue(report.counts().forks() > episodes, report.text());
    }
  }

  @Test
  void shouldAnswerWithAReadableErrorWhenNamesTypesOrTextsDoNotFit() throws Exception {
    try (Taskset taskset = taskset()) {
      final WorldEnvironment environment = new WorldEnvironment(taskset);
      try (WorldEpisode episode = environment.start(environment.task(0), SEED);
          ToolWorld world = taskset.open()) {
        final ToolSpec tool = world.tools().getFirst();
        final String before = episode.digest();
        for (final String call :
            List.of(
                "nonsense",
                "{\"name\":",
                CallText.write("no_such_tool", Map.of()),
                CallText.write(tool.name(), Map.of("no_such_argument", 1)))) {
          final Observation observation = episode.call(call);
          assertTrue(
              observation.status() == ToolCall.Status.ILLEGAL
                  || observation.status() == ToolCall.Status.MALFORMED,
              call + " " + observation);
          assertTrue(observation.text().contains("error"), call + " " + observation);
          assertEquals(before, episode.digest(), call);
        }
      }
    }
  }
}
