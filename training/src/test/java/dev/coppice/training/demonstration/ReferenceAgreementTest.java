package dev.coppice.training.demonstration;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.arithmetic.CountdownProblem;
import dev.coppice.environments.arithmetic.CountdownProblems;
import dev.coppice.environments.arithmetic.DrawersProblem;
import dev.coppice.environments.arithmetic.DrawersProblems;
import dev.coppice.environments.arithmetic.Fraction;
import dev.coppice.environments.arithmetic.Split;
import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.countdown.CountdownEnvironment;
import dev.coppice.environments.drawers.DrawersEnvironment;
import dev.coppice.episode.Episode;
import dev.coppice.episode.Observation;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.Task;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds both worlds to the rules, and the texts, that the shipped policy was trained on. */
class ReferenceAgreementTest {
  private static final Pattern CALL = Pattern.compile("<call>(.*?)</call>(<obs>.*?</obs>)");
  private static final Pattern ANSWER = Pattern.compile("<answer>(.*?)</answer>");
  private static final long SEED = 21;

  private final CountdownEnvironment countdown = new CountdownEnvironment(Split.TRAIN, 1, SEED);
  private final DrawersEnvironment drawers = new DrawersEnvironment(Split.TRAIN, 1, SEED);

  @Test
  void shouldAnswerEveryCallOfTheDemonstrationsWithTheSameText() throws Exception {
    int rewarded = 0;
    for (int index = 0; index < 600; index++) {
      final TaskKind kind = index % 2 == 0 ? TaskKind.COUNTDOWN : TaskKind.DRAWERS;
      final Episode episode = episode(kind, index);
      final String text = Demonstrations.demonstration(kind, SEED, index).text();

      assertTrue(text.startsWith(episode.prompt()), text);
      final Matcher call = CALL.matcher(text);
      while (call.find()) {
        assertEquals(call.group(2), episode.call(call.group(1)).text(), text);
      }
      final Matcher answer = ANSWER.matcher(text);
      assertTrue(answer.find(), text);
      rewarded += episode.finish(answer.group(1)).reward() == 1.0 ? 1 : 0;
    }
    assertTrue(rewarded > 500, "rewarded=" + rewarded);
  }

  @Test
  void shouldAgreeWithTheReferenceWhenCallsAreDrawnAtRandom() throws Exception {
    for (int index = 0; index < 2_000; index++) {
      final SplittableRandom random = new SplittableRandom(index);
      final TaskKind kind = index % 2 == 0 ? TaskKind.COUNTDOWN : TaskKind.DRAWERS;
      final Episode episode = episode(kind, index);
      final ReferenceEpisode reference = reference(kind, index);
      assertArrayEquals(reference.prompt(), TaskVocabulary.encode(episode.prompt()));
      boolean over = false;
      while (!over && random.nextInt(12) > 0) {
        final String call = call(reference.pool(), random);
        final String message = "index=" + index + " call=" + call;
        final Observation observation = episode.call(call);
        final String expected = write(reference, "<call>" + call + "</call>");
        over = observation.over();
        assertEquals(reference.isDone(), over, message);
        if (!over) {
          assertEquals(expected, observation.text(), message);
        }
      }
      final String answer = random.nextBoolean() ? target(kind, index) : "1" + random.nextInt(9);
      if (!over) {
        write(reference, "<answer>" + answer + "</answer>");
      }
      assertEquals(
          reference.isSolved() ? 1.0 : 0.0,
          over
              ? episode.truncated(StopReason.ENVIRONMENT).reward()
              : episode.finish(answer).reward(),
          "index=" + index);
    }
  }

  private static String write(final ReferenceEpisode reference, final String text) {
    String observed = "";
    for (final int token : TaskVocabulary.encode(text)) {
      observed = TaskVocabulary.decode(reference.accept(token));
    }
    return observed;
  }

  private static String call(final List<Fraction> pool, final SplittableRandom random) {
    if (pool.size() < 2 || random.nextInt(6) == 0) {
      return List.of("open 1", "open 2", "open 6", "open 12", "open 0", "open ", "", "1+", "=3")
          .get(random.nextInt(9));
    }
    final Fraction left = pool.get(random.nextInt(pool.size()));
    return left.toString()
        + "+-*/".charAt(random.nextInt(4))
        + pool.get(random.nextInt(pool.size()));
  }

  private static String target(final TaskKind kind, final int index) {
    return String.valueOf(
        kind == TaskKind.COUNTDOWN ? countdown(index).target() : drawers(index).target());
  }

  private static ReferenceEpisode reference(final TaskKind kind, final int index) {
    return kind == TaskKind.COUNTDOWN
        ? ReferenceEpisode.of(countdown(index))
        : ReferenceEpisode.of(drawers(index));
  }

  private Episode episode(final TaskKind kind, final int index) {
    if (kind == TaskKind.COUNTDOWN) {
      final CountdownProblem problem = countdown(index);
      return countdown.start(
          task(Map.of("numbers", problem.numbers(), "target", problem.target())), 0);
    }
    final DrawersProblem problem = drawers(index);
    return drawers.start(
        task(Map.of("contents", problem.contents(), "target", problem.target())), 0);
  }

  private static Task task(final Map<String, Object> input) {
    return new Task("t", CanonicalJson.write(input));
  }

  private static CountdownProblem countdown(final int index) {
    return CountdownProblems.problem(Split.TRAIN, SEED, index);
  }

  private static DrawersProblem drawers(final int index) {
    return DrawersProblems.problem(Split.TRAIN, SEED, index);
  }
}
