package dev.coppice.environments.drawers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.EnvironmentContract;
import dev.coppice.environments.arithmetic.Split;
import dev.coppice.environments.canonical.ValuedEpisode;
import dev.coppice.environments.countdown.Texts;
import dev.coppice.episode.Environment;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.episode.Observation;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DrawersEnvironmentTest extends EnvironmentContract {
  private final DrawersEnvironment environment = new DrawersEnvironment(Split.HELD_OUT, 250, 3);

  @Override
  protected Environment environment() {
    return environment;
  }

  @Override
  protected String call(final Task task, final SplittableRandom random) {
    return random.nextInt(3) == 0
        ? Texts.call(Texts.numbers(task), random)
        : "open " + random.nextInt(8);
  }

  @Override
  protected String answer(final Task task, final SplittableRandom random) {
    return Texts.target(task);
  }

  @Test
  void shouldPlayTheExampleOfTheFormat() throws Exception {
    final ValuedEpisode episode = start("[3,0,8,5,8,0]", 37);

    final Observation worth = episode.call("open 1");
    final Observation empty = episode.call("open 2");
    for (int drawer = 3; drawer <= 6; drawer++) {
      assertEquals(ToolCall.Status.OK, episode.call("open " + drawer).status());
    }
    final Observation product = episode.call("8*5");

    assertEquals("<bos>=37/6\n", episode.prompt());
    assertEquals(new EpisodePlan(6, 10), episode.plan());
    assertEquals(
        Observation.of("<obs>worth 3</obs>", "open", "{\"drawer\":1}", ToolCall.Status.OK, true),
        worth);
    assertEquals("<obs>empty</obs>", empty.text());
    assertEquals("<obs>40</obs>", product.text());
    assertEquals(true, product.correct());
    assertEquals("<obs>37</obs>", episode.call("40-3").text());
    assertEquals(1.0, episode.finish("37").reward());
  }

  @Test
  void shouldRefuseNumbersWhoseDrawersAreClosed() throws Exception {
    final ValuedEpisode episode = start("[3,0,8,5,8,0]", 37);
    episode.call("open 3");

    assertEquals("<obs>illegal</obs>", episode.call("8*5").text());
    episode.call("open 4");
    assertEquals("<obs>40</obs>", episode.call("8*5").text());
  }

  @Test
  void shouldSayIllegalWhenADrawerIsOpenAlreadyOrDoesNotExist() throws Exception {
    final ValuedEpisode episode = start("[3,0,8,5,8,0]", 37);
    episode.call("open 2");

    final Observation again = episode.call("open 2");
    final Observation absent = episode.call("open 7");
    final Observation bad = episode.call("open x");

    assertEquals("<obs>illegal</obs>", again.text());
    assertEquals(false, again.correct());
    assertEquals("{\"drawer\":7}", absent.arguments());
    assertEquals(ToolCall.Status.ILLEGAL, absent.status());
    assertEquals("<obs>bad</obs>", bad.text());
    assertEquals(ToolCall.Status.MALFORMED, bad.status());
  }

  @Test
  void shouldEndTheEpisodeWhenOneCallTooManyIsMade() throws Exception {
    final ValuedEpisode episode = start("[3,0,8,5,8,0]", 37);
    for (int call = 0; call < 10; call++) {
      assertFalse(episode.call("open 1").over(), "call=" + call);
    }

    assertTrue(episode.call("open 2").over());
    assertEquals(0.0, episode.truncated(StopReason.CALLS).reward());
  }

  @Test
  void shouldKeepItsValueUntilTooFewCallsAreLeftToOpenAndCombine() throws Exception {
    final ValuedEpisode episode = start("[3,0,8,5,8]", 37);

    assertEquals(1.0, episode.value());
    // Nine calls are allowed; 8*5-3 needs three drawers and two combinations.
    for (int call = 0; call < 4; call++) {
      episode.call("open 9");
      assertEquals(1.0, episode.value(), "call=" + call);
    }
    episode.call("open 9");
    assertEquals(0.0, episode.value());
  }

  @Test
  void shouldTellStatesApartByWhichDrawersAreOpen() throws Exception {
    final ValuedEpisode one = start("[0,0,8,5,3]", 29);
    final ValuedEpisode two = start("[0,0,8,5,3]", 29);
    one.call("open 1");
    two.call("open 2");
    assertNotEquals(one.digest(), two.digest());

    one.call("open 2");
    two.call("open 1");

    assertEquals(one.digest(), two.digest());
  }

  @Test
  void shouldOfferDistinctProblemsThatCanBeSolved() {
    final Set<String> inputs = new HashSet<>();

    for (int index = 0; index < environment.taskCount(); index++) {
      final Task task = environment.task(index);
      assertTrue(inputs.add(task.input()), task.id());
      final EpisodePlan plan = environment.start(task, 0).plan();
      final int numbers = (int) Texts.numbers(task).stream().filter(n -> n > 0).count();
      assertEquals(Texts.numbers(task).size(), plan.decisionTurn());
      assertEquals(plan.decisionTurn() + numbers, plan.typicalTurns());
      if (index < 20) {
        assertEquals(1.0, environment.start(task, 0).value(), task.input());
      }
    }
    assertThrows(
        IllegalArgumentException.class, () -> environment.start(new Task("x", "{\"a\":1}"), 0));
  }

  private ValuedEpisode start(final String contents, final int target) {
    return environment.start(
        new Task("t", "{\"contents\":" + contents + ",\"target\":" + target + "}"), 0);
  }
}
