package dev.coppice.environments.products;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.EnvironmentContract;
import dev.coppice.environments.arithmetic.Split;
import dev.coppice.episode.ActionParser;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.episode.Score;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.Task;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ProductsEnvironmentTest extends EnvironmentContract {
  private static final Pattern ID = Pattern.compile("products/(\\d+)x(\\d+)");

  @Override
  protected Environment environment() {
    return new ProductsEnvironment(null, 0, 7, "");
  }

  @Override
  protected String call(final Task task, final SplittableRandom random) {
    return "there are no tools " + random.nextInt(10);
  }

  @Override
  protected String answer(final Task task, final SplittableRandom random) {
    return random.nextBoolean() ? String.valueOf(product(task)) : "about " + random.nextInt(99);
  }

  private static int product(final Task task) {
    final Matcher factors = ID.matcher(task.id());
    assertTrue(factors.matches(), task.id());
    return Integer.parseInt(factors.group(1)) * Integer.parseInt(factors.group(2));
  }

  @Test
  void shouldOfferEveryProductUpToNineTimesTwelveButTheExamples() {
    final Environment environment = environment();
    final Set<String> ids = new HashSet<>();
    for (int i = 0; i < environment.taskCount(); i++) {
      ids.add(environment.task(i).id());
    }

    assertEquals(105, ids.size());
    assertEquals(105, environment.taskCount());
    assertFalse(ids.contains("products/7x8"), "a worked example shows its answer");
    assertTrue(ids.contains("products/8x7"));
    assertTrue(ids.contains("products/9x12"));
  }

  @Test
  void shouldHoldAProductOutInEitherOrderOrInNone() {
    final Set<Integer> trained = packed(Split.TRAIN);
    final Set<Integer> heldOut = packed(Split.HELD_OUT);

    assertTrue(heldOut.size() > 8, "held out: " + heldOut.size());
    for (final int factors : heldOut) {
      assertFalse(trained.contains(factors), "factors=" + factors);
      assertFalse(trained.contains(factors % 100 * 100 + factors / 100), "factors=" + factors);
    }
  }

  private static Set<Integer> packed(final Split split) {
    final ProductsEnvironment environment = new ProductsEnvironment(split, 0, 1, "");
    final Set<Integer> packed = new HashSet<>();
    for (int i = 0; i < environment.taskCount(); i++) {
      final Matcher factors = ID.matcher(environment.task(i).id());
      assertTrue(factors.matches());
      packed.add(Integer.parseInt(factors.group(1)) * 100 + Integer.parseInt(factors.group(2)));
    }
    return packed;
  }

  @Test
  void shouldEndTheTurnWithTheAnswersLineAndRewardTheReferenceSolution() throws Exception {
    final ProductsEnvironment environment = new ProductsEnvironment(null, 0, 3, "");
    for (int i = 0; i < environment.taskCount(); i++) {
      final Task task = environment.task(i);
      final String said = environment.script(task).turns().getFirst();
      final ActionParser parser = new ActionParser(environment.dialect());
      ActionParser.Signal signal = ActionParser.Signal.NONE;
      for (int c = 0; c < said.length(); c++) {
        assertEquals(ActionParser.Signal.NONE, signal, "ended before its last letter: " + said);
        signal = parser.accept(said.substring(c, c + 1));
      }
      assertEquals(ActionParser.Signal.ANSWER, signal, said);
      final Score score = environment.start(task, 1).finish(parser.content());
      assertEquals(1.0, score.reward(), said);
      assertEquals(String.valueOf(product(task)), score.answer());
    }
  }

  @Test
  void shouldShowThreeWorkedExamplesThatAreRight() {
    final Environment environment = environment();
    final String prompt = environment.start(environment.task(0), 1).prompt();
    final Matcher shown =
        Pattern.compile("(\\d+) x (\\d+) = (\\d+)\n#### (\\d+)\n").matcher(prompt);
    int count = 0;
    while (shown.find()) {
      final int product = Integer.parseInt(shown.group(1)) * Integer.parseInt(shown.group(2));
      assertEquals(product, Integer.parseInt(shown.group(3)));
      assertEquals(product, Integer.parseInt(shown.group(4)));
      count++;
    }

    assertEquals(3, count, prompt);
    assertTrue(prompt.endsWith("\nAnswer:"), prompt);
  }

  @Test
  void shouldScoreNothingWhereTheBudgetEndedTheEpisodeAndZeroWhereItRambled() {
    final Environment environment = environment();
    final Episode episode = environment.start(environment.task(0), 1);

    assertEquals(0.0, episode.truncated(StopReason.LENGTH).reward());
    assertEquals(Score.NONE, episode.truncated(StopReason.BUDGET));
  }

  @Test
  void shouldRefuseAPromptWithoutItsQuestionAndMoreProductsThanThereAre() {
    assertThrows(
        IllegalArgumentException.class, () -> new ProductsEnvironment(null, 0, 1, "no place"));
    assertThrows(IllegalArgumentException.class, () -> new ProductsEnvironment(null, 106, 1, ""));
  }
}
