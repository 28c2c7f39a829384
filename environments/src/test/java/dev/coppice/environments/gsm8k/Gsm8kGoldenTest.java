package dev.coppice.environments.gsm8k;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.environments.Environments;
import dev.coppice.episode.Episode;
import dev.coppice.episode.Observation;
import dev.coppice.fixture.OwnData;
import dev.coppice.fixture.SharedData;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Executes every calculator annotation of the published data set, and of problems of our own. */
class Gsm8kGoldenTest {
  private int tasks;
  private int annotations;
  private int sameText;
  private final List<String> disagreeing = new ArrayList<>();

  @Test
  void shouldAgreeWithEveryAnnotationOfTheDataSet() throws Exception {
    playAll(SharedData.find("data/gsm8k"));

    assertEquals(List.of(), disagreeing);
    assertEquals(8_792, tasks);
    assertEquals(27_998, annotations);
    assertEquals(27_235, sameText);
  }

  /** One annotation of ours says 6.0 where the rule says 6. */
  @Test
  void shouldAgreeWithEveryAnnotationOfOwnProblems() throws Exception {
    playAll(OwnData.find(Environments.class, "own/gsm8k"));

    assertEquals(List.of(), disagreeing);
    assertEquals(23, tasks);
    assertEquals(46, annotations);
    assertEquals(45, sameText);
  }

  private void playAll(final Path folder) throws Exception {
    for (final String split : List.of("train", "test")) {
      final Gsm8kEnvironment environment =
          new Gsm8kEnvironment(folder, split, 0, 0, Gsm8kEnvironment.DEFAULT_PROMPT);
      for (int index = 0; index < environment.taskCount(); index++) {
        play(environment, environment.task(index));
      }
    }
  }

  private void play(final Gsm8kEnvironment environment, final Task task) throws Exception {
    tasks++;
    final Episode episode = environment.start(task, 0);
    final List<String> turns = environment.script(task).turns();
    final List<String> results = results(task);
    for (int turn = 0; turn < turns.size() - 1; turn++) {
      final String said = turns.get(turn);
      final String expression = said.substring(said.lastIndexOf("<<") + 2, said.length() - 1);
      final Observation observation = episode.call(expression);
      annotations++;
      if (observation.status() != ToolCall.Status.OK
          || !Boolean.TRUE.equals(observation.correct())) {
        disagreeing.add(task.id() + " " + expression + " " + observation);
      }
      sameText += observation.text().equals(results.get(turn) + ">>") ? 1 : 0;
    }
    final String last = turns.getLast();
    final String answer = last.substring(last.lastIndexOf("#### ") + 5);
    assertEquals(1.0, episode.finish(answer).reward(), task.id());
  }

  private static List<String> results(final Task task) {
    final List<String> results = new ArrayList<>();
    final String answer =
        (String) dev.coppice.environments.canonical.CanonicalJson.read(task.input()).get("answer");
    for (final Gsm8kProblem.Annotation annotation : new Gsm8kProblem("q", answer).annotations()) {
      results.add(annotation.result());
    }
    return results;
  }
}
