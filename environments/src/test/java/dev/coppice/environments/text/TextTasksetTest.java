package dev.coppice.environments.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.coppice.environments.EnvironmentConfig;
import dev.coppice.environments.Environments;
import dev.coppice.environments.record.WorldMode;
import dev.coppice.environments.replay.ReplayScript;
import dev.coppice.environments.replay.ScriptedEnvironment;
import dev.coppice.environments.toolworld.WorldEnvironment;
import dev.coppice.environments.user.RecitingUser;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.episode.Observation;
import dev.coppice.episode.ToolFailedException;
import dev.coppice.fixture.OwnData;
import dev.coppice.fixture.SharedData;
import dev.coppice.trajectory.Task;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds environments with words of their own against the worlds that are made of them. */
class TextTasksetTest {
  private static final String PUBLISHED = "gsm8k as published";
  private static final int EPISODES = 200;
  private static final int STEPS = 16;
  private static final int TASKS = 10;

  @TempDir private Path store;

  private static EnvironmentConfig config(final String name) {
    final Path path =
        switch (name) {
          case "gsm8k" -> OwnData.find(Environments.class, "own/gsm8k");
          case PUBLISHED -> SharedData.find("data/gsm8k");
          default -> null;
        };
    return new EnvironmentConfig(
        name.split(" ")[0], "train", TASKS, 1, path == null ? "" : path.toString(), "");
  }

  private WorldMode mode(final WorldMode.Kind kind) {
    final List<String> faults =
        kind == WorldMode.Kind.FAULT ? List.of("error:0.2", "timeout:0.2") : List.of();
    return new WorldMode(kind, store, faults, 1, null, new RecitingUser());
  }

  /** Writes a call between its marks: one of the solution, a broken one, or a refused one. */
  private static String call(final ReplayScript script, final SplittableRandom random) {
    final List<String> calls =
        new ArrayList<>(List.of("open 1", "open 2", "open 9", "1/0", "x", ""));
    for (final String turn : script.turns().subList(0, script.turns().size() - 1)) {
      final boolean tagged = turn.endsWith("</call>");
      final int from = tagged ? turn.indexOf("<call>") + 6 : turn.lastIndexOf("<<") + 2;
      final String text = turn.substring(from, turn.length() - (tagged ? 7 : 1));
      calls.add(text);
      calls.add(text);
    }
    return calls.get(random.nextInt(calls.size()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"countdown", "drawers", "gsm8k", PUBLISHED})
  void shouldAnswerAndScoreAsTheEnvironmentDoesWhenRecordedAndReplayed(final String name)
      throws Exception {
    final List<String> recorded = played(name, WorldMode.Kind.RECORD);
    final List<String> replayed = played(name, WorldMode.Kind.REPLAY);

    assertEquals(EPISODES, recorded.size());
    assertEquals(recorded, replayed);
  }

  /** Plays at random beside the environment's own episodes, and returns what was seen. */
  private List<String> played(final String name, final WorldMode.Kind kind) throws Exception {
    final List<String> all = new ArrayList<>();
    try (ScriptedEnvironment own = (ScriptedEnvironment) Environments.create(config(name));
        Environment world = Environments.create(config(name), mode(kind))) {
      assertInstanceOf(WorldEnvironment.class, world);
      assertEquals(own.dialect(), world.dialect());
      for (int seed = 0; seed < EPISODES; seed++) {
        final SplittableRandom random = new SplittableRandom(seed);
        final Task task = own.task(random.nextInt(TASKS));
        assertEquals(task, world.task(Integer.parseInt(suffix(own, task))));
        all.add(episode(own, world, task, random));
      }
    }
    return all;
  }

  private static String suffix(final Environment environment, final Task task) {
    for (int index = 0; index < environment.taskCount(); index++) {
      if (environment.task(index).equals(task)) {
        return Integer.toString(index);
      }
    }
    throw new IllegalArgumentException("no such task: task=" + task.id());
  }

  private static String episode(
      final ScriptedEnvironment own,
      final Environment world,
      final Task task,
      final SplittableRandom random)
      throws Exception {
    final ReplayScript script = own.script(task);
    final List<Episode> expected = new ArrayList<>(List.of(own.start(task, 0)));
    final List<Episode> shown = new ArrayList<>(List.of(world.start(task, 0)));
    final StringBuilder seen = new StringBuilder();
    for (int step = 0; step < STEPS; step++) {
      final int branch = random.nextInt(expected.size());
      if (random.nextInt(4) == 0) {
        expected.add(expected.get(branch).fork());
        shown.add(shown.get(branch).fork());
        continue;
      }
      final String call = call(script, random);
      final Observation mine = shown.get(branch).call(call);
      assertSame(expected.get(branch).call(call), mine, task.id() + " " + call);
      seen.append(mine.text()).append(shown.get(branch).digest());
    }
    final String solved = script.turns().getLast().replaceAll("</?answer>|(?s).*#### ", "");
    for (int i = 0; i < expected.size(); i++) {
      final String answer = random.nextBoolean() ? solved : "7";
      assertEquals(expected.get(i).prompt(), shown.get(i).prompt());
      assertEquals(expected.get(i).plan(), shown.get(i).plan());
      assertEquals(expected.get(i).finish(answer), shown.get(i).finish(answer), task.id());
      seen.append(shown.get(i).finish(answer).reward());
    }
    return seen.toString();
  }

  private static void assertSame(
      final Observation expected, final Observation shown, final String message) {
    assertEquals(expected.text(), shown.text(), message);
    assertEquals(expected.status(), shown.status(), message);
    assertEquals(expected.correct(), shown.correct(), message);
    assertEquals(expected.over(), shown.over(), message);
    assertEquals("recorded", shown.source().provenance().wireName(), message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"countdown", "drawers", "gsm8k", PUBLISHED})
  void shouldBreakCallsBySeed(final String name) throws Exception {
    final Set<String> outcomes = new TreeSet<>();
    try (ScriptedEnvironment own = (ScriptedEnvironment) Environments.create(config(name));
        Environment world = Environments.create(config(name), mode(WorldMode.Kind.FAULT))) {
      for (int index = 0; index < TASKS; index++) {
        final Task task = own.task(index);
        for (int seed = 0; seed < TASKS; seed++) {
          final String call = call(own.script(task), new SplittableRandom(seed));
          try (Episode episode = world.start(task, 0)) {
            outcomes.add(episode.call(call).source().provenance().wireName());
          } catch (final ToolFailedException e) {
            outcomes.add(e.source().provenance().wireName() + " " + e.code());
          }
        }
      }
    }

    assertEquals(Set.of("fault injected", "fault timeout", "real"), outcomes);
  }
}
