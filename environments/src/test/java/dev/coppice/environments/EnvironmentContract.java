package dev.coppice.environments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Score;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** States what holds for every environment: tasks are stable, episodes fork, calls never throw. */
public abstract class EnvironmentContract {
  private static final int INTERLEAVINGS = 30;
  private static final int STEPS = 30;
  private static final int LONGEST_OBSERVATION_CHARS = 4_096;

  /** Returns the environment under test. */
  protected abstract Environment environment();

  /** Returns a call, sometimes a good one, for an episode of the task. */
  protected abstract String call(Task task, SplittableRandom random);

  /** Returns an answer, sometimes a good one, for an episode of the task. */
  protected abstract String answer(Task task, SplittableRandom random);

  /** Tells whether the answer may change the score, which it cannot where nothing is scored. */
  protected boolean isScored() {
    return true;
  }

  /** Tells whether all tasks begin in one and the same state of the world. */
  protected boolean isOneWorldForAllTasks() {
    return false;
  }

  @Test
  void shouldGiveTheSameTaskWhenAskedForTheSameIndexAgain() {
    final Environment environment = environment();
    final Environment again = environment();

    assertTrue(environment.taskCount() >= 1);
    for (int index = 0; index < Math.min(50, environment.taskCount()); index++) {
      final Task task = environment.task(index);
      assertEquals(task, environment.task(index));
      assertEquals(task, again.task(index));
      assertEquals(task.input(), CanonicalJson.write(CanonicalJson.read(task.input())));
    }
  }

  @Test
  void shouldStartEqualEpisodesWhenTheTaskIsTheSame() {
    final Environment environment = environment();
    final Task task = environment.task(0);

    final Episode one = environment.start(task, 7);
    final Episode two = environment().start(task, 7);

    assertEquals(one.prompt(), two.prompt());
    assertEquals(one.plan(), two.plan());
    assertEquals(one.digest(), two.digest());
    assertTrue(one.plan().typicalTurns() >= 1);
  }

  @Test
  void shouldTellTheWorldsOfTasksApartWhereTheyDiffer() {
    final Environment environment = environment();
    final Task first = environment.task(0);

    for (int index = 1; index < Math.min(50, environment.taskCount()); index++) {
      final Task other = environment.task(index);
      if (!first.input().equals(other.input())) {
        assertEquals(
            isOneWorldForAllTasks(),
            environment.start(first, 0).digest().equals(environment.start(other, 0).digest()),
            other.id());
      }
    }
  }

  @Test
  void shouldKeepForksApartWhenCallsInterleaveAtRandom() throws Exception {
    for (int seed = 0; seed < INTERLEAVINGS; seed++) {
      final SplittableRandom random = new SplittableRandom(seed);
      final Environment environment = environment();
      final Task task = environment.task(random.nextInt(environment.taskCount()));
      final List<Branch> branches = new ArrayList<>();
      branches.add(new Branch(environment.start(task, seed), new ArrayList<>()));
      for (int step = 0; step < STEPS; step++) {
        final Branch branch = branches.get(random.nextInt(branches.size()));
        if (random.nextInt(4) == 0) {
          branches.add(new Branch(branch.episode.fork(), new ArrayList<>(branch.calls)));
        } else {
          final String call = call(task, random);
          final Observation observation = branch.episode.call(call);
          branch.calls.add(call);
          assertEquals(
              observation, lastObservation(environment, task, seed, branch.calls), "seed=" + seed);
        }
      }
      for (final Branch branch : branches) {
        assertSameAsReplayed(environment, task, seed, branch, random);
      }
    }
  }

  private static Observation lastObservation(
      final Environment environment, final Task task, final long seed, final List<String> calls)
      throws Exception {
    final Episode episode = environment.start(task, seed);
    Observation last = null;
    for (final String call : calls) {
      last = episode.call(call);
    }
    return last;
  }

  private void assertSameAsReplayed(
      final Environment environment,
      final Task task,
      final long seed,
      final Branch branch,
      final SplittableRandom random)
      throws Exception {
    final Episode replayed = environment.start(task, seed);
    for (final String call : branch.calls) {
      replayed.call(call);
    }
    final String message = "seed=" + seed + " calls=" + branch.calls;
    final String answer = answer(task, random);
    assertEquals(replayed.digest(), branch.episode.digest(), message);
    assertEquals(
        replayed.truncated(StopReason.LENGTH),
        branch.episode.truncated(StopReason.LENGTH),
        message);
    assertEquals(replayed.finish(answer), branch.episode.finish(answer), message);
    branch.episode.close();
    replayed.close();
  }

  @Test
  void shouldAnswerWithAShortObservationWhenTheCallIsNonsense() throws Exception {
    final Environment environment = environment();
    final Task task = environment.task(0);

    for (final String call : nonsense()) {
      final Episode episode = environment.start(task, 0);
      final Observation observation = episode.call(call);
      final String shown = call.substring(0, Math.min(40, call.length()));
      assertNotNull(observation, shown);
      assertTrue(observation.text().length() <= LONGEST_OBSERVATION_CHARS, shown);
      assertTrue(
          observation.status() == ToolCall.Status.MALFORMED
              || observation.status() == ToolCall.Status.ILLEGAL,
          shown + " " + observation);
      assertEquals(false, observation.correct(), shown);
    }
  }

  @Test
  void shouldWriteCanonicalArgumentsWhenACallIsMade() throws Exception {
    final Environment environment = environment();
    for (int seed = 0; seed < INTERLEAVINGS; seed++) {
      final SplittableRandom random = new SplittableRandom(seed);
      final Task task = environment.task(random.nextInt(environment.taskCount()));
      final Observation observation = environment.start(task, seed).call(call(task, random));

      final String arguments = observation.arguments();
      assertEquals(arguments, CanonicalJson.write(CanonicalJson.read(arguments)), "seed=" + seed);
    }
  }

  @Test
  void shouldNeverRewardNonsenseWhenItIsGivenAsTheAnswer() throws Exception {
    final Environment environment = environment();
    final Task task = environment.task(0);

    for (final String answer : nonsense()) {
      final Score score = environment.start(task, 0).finish(answer);
      assertEquals(isScored() ? 0.0 : Double.NaN, score.reward());
    }
  }

  @Test
  void shouldGiveNoRewardWhenTheEngineCutTheEpisodeShort() {
    final Environment environment = environment();
    final Episode episode = environment.start(environment.task(0), 0);

    for (final StopReason reason :
        List.of(StopReason.BUDGET, StopReason.CANCELLED, StopReason.FAILURE)) {
      assertEquals(Score.NONE, episode.truncated(reason), reason.wireName());
    }
    for (final StopReason reason :
        List.of(StopReason.LENGTH, StopReason.CONTEXT, StopReason.CALLS, StopReason.ENVIRONMENT)) {
      assertEquals(
          isScored() ? 0.0 : Double.NaN, episode.truncated(reason).reward(), reason.wireName());
    }
  }

  /** Lists texts that are no call and no answer anywhere. */
  static List<String> nonsense() {
    return List.of(
        "",
        " ",
        "\0",
        "\n\n\n",
        "<call></call>",
        "\uD800",
        "三加四",
        "𝟙+𝟙",
        "١+١",
        "1e5+1",
        "0x10+1",
        "NaN",
        "Infinity",
        "{\"expression\":",
        "System.exit(1)",
        "__import__('os').system('id')",
        "(".repeat(100_000),
        "-".repeat(100_000) + "1",
        "((((((".repeat(20) + "1" + "))))))".repeat(20),
        "9".repeat(1_000),
        "open ",
        "open -1",
        "open 99999999999999999999",
        "open 1 open 2",
        "x".repeat(10 << 20),
        "1/0",
        "9223372036854775807+9223372036854775807");
  }

  private record Branch(Episode episode, List<String> calls) {}
}
