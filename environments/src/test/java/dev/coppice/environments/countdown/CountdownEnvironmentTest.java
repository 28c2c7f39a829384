package dev.coppice.environments.countdown;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.EnvironmentContract;
import dev.coppice.environments.arithmetic.Split;
import dev.coppice.environments.canonical.ValuedEpisode;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Score;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CountdownEnvironmentTest extends EnvironmentContract {
  private final CountdownEnvironment environment =
      new CountdownEnvironment(Split.HELD_OUT, 300, 11);

  @Override
  protected Environment environment() {
    return environment;
  }

  @Override
  protected String call(final Task task, final SplittableRandom random) {
    return Texts.call(Texts.numbers(task), random);
  }

  @Override
  protected String answer(final Task task, final SplittableRandom random) {
    return random.nextBoolean() ? Texts.target(task) : String.valueOf(random.nextInt(50));
  }

  @Test
  void shouldPlayTheExampleOfTheFormat() throws Exception {
    final ValuedEpisode episode = start("[12,8,5,3]", 29);

    final Observation first = episode.call("8*3");
    final Observation second = episode.call("24+5");
    final Score score = episode.finish("29");

    assertEquals("<bos>12 8 5 3=29\n", episode.prompt());
    assertEquals(new EpisodePlan(0, 4), episode.plan());
    assertEquals(
        Observation.of(
            "<obs>24</obs>", "calculator", "{\"expression\":\"8*3\"}", ToolCall.Status.OK, true),
        first);
    assertEquals("<obs>29</obs>", second.text());
    assertEquals(
        new Score(1.0, Map.of("answer", 1.0, "made", 1.0, "wellformed", 1.0), "29"), score);
  }

  @Test
  void shouldSplitAgainstThePoolWhenTheTextAloneIsAmbiguous() throws Exception {
    final ValuedEpisode episode = start("[7,5,3,2]", 29);

    assertEquals("<obs>7/2</obs>", episode.call("7/2").text());
    assertEquals("<obs>7/6</obs>", episode.call("7/2/3").text());
    assertEquals("<obs>-23/6</obs>", episode.call("7/6-5").text());
    assertEquals("{\"expression\":\"3-5\"}", start("[5,3]", 1).call("3-5").arguments());
    final ValuedEpisode negative = start("[8,5,3]", 10);
    negative.call("3-5");
    assertEquals("<obs>10</obs>", negative.call("8--2").text());
  }

  @Test
  void shouldReduceOperandsInTheArgumentsWhenTheyAreSpelledOtherwise() throws Exception {
    final ValuedEpisode episode = start("[12,8,4,3]", 20);
    episode.call("8/3");

    assertEquals("{\"expression\":\"8/3*12\"}", episode.call("16/6*12").arguments());
  }

  @Test
  void shouldSayIllegalOrBadAndGoOnWhenACallIsWrong() throws Exception {
    final ValuedEpisode episode = start("[12,8,5,3]", 29);

    final Observation absent = episode.call("9*3");
    final Observation bad = episode.call("eight times three");
    final Observation good = episode.call("8*3");

    assertEquals("<obs>illegal</obs>", absent.text());
    assertEquals(ToolCall.Status.ILLEGAL, absent.status());
    assertEquals("{\"expression\":\"9*3\"}", absent.arguments());
    assertEquals("<obs>bad</obs>", bad.text());
    assertEquals(ToolCall.Status.MALFORMED, bad.status());
    assertEquals("", bad.tool());
    assertEquals("<obs>24</obs>", good.text());
    assertEquals(2.0 / 3, episode.finish("29").components().get("wellformed"), 1e-12);
  }

  @Test
  void shouldEndTheEpisodeUnsolvedWhenOneCallTooManyIsMade() throws Exception {
    final ValuedEpisode episode = start("[12,8,5,3]", 29);
    episode.call("8*3");
    episode.call("24+5");
    assertFalse(episode.call("1+1").over());
    assertFalse(episode.call("1+1").over());

    final Observation last = episode.call("29+12");

    assertTrue(last.over());
    assertEquals(0.0, episode.truncated(StopReason.CALLS).reward());
  }

  @Test
  void shouldRewardOnlyAnAnswerThatWasMade() throws Exception {
    assertEquals(0.0, start("[12,8,5,3]", 29).finish("29").reward());
    final ValuedEpisode other = start("[12,8,5,3]", 29);
    other.call("8*3");
    assertEquals(0.0, other.finish("29").reward());
    other.call("24+5");
    assertEquals(0.0, other.fork().finish("30").reward());
    assertEquals(0.0, other.fork().finish("").reward());
    assertNull(other.fork().finish("twenty-nine").answer());
    assertEquals(1.0, other.finish("29").reward());
    assertEquals(0.0, start("[29,5,3]", 29).finish("29").reward());
  }

  @Test
  void shouldMarkCallsByWhatTheyDoToSolvability() throws Exception {
    final ValuedEpisode episode = start("[8,5,3]", 29);
    assertEquals(1.0, episode.value());

    final Observation spoils = episode.call("8+5");
    final Observation hopeless = episode.call("13+3");

    assertEquals(false, spoils.correct());
    assertEquals(0.0, episode.value());
    assertNull(hopeless.correct());
  }

  @Test
  void shouldLoseItsValueWhenTooFewCallsAreLeft() throws Exception {
    final ValuedEpisode episode = start("[8,5,3]", 29);

    assertEquals(1.0, episode.value());
    episode.call("9+9");
    assertEquals(1.0, episode.value());
    episode.call("9+9");
    assertEquals(0.0, episode.value());
  }

  @Test
  void shouldGiveEqualDigestsWhenStatesAreEqualAndOtherwiseNot() throws Exception {
    final ValuedEpisode one = start("[8,5,4,3]", 29);
    final ValuedEpisode two = start("[8,5,4,3]", 29);
    one.call("8*3");
    one.call("5-4");
    two.call("5-4");
    assertNotEquals(one.digest(), two.digest());

    two.call("3*8");

    assertEquals(one.digest(), two.digest());
    two.call("9+9");
    assertNotEquals(one.digest(), two.digest());
  }

  @Test
  void shouldOfferDistinctProblemsThatCanBeSolved() {
    final Set<String> inputs = new HashSet<>();

    for (int index = 0; index < environment.taskCount(); index++) {
      final Task task = environment.task(index);
      assertTrue(inputs.add(task.input()), task.id());
      assertEquals(1.0, environment.start(task, 0).value(), task.input());
    }
  }

  @Test
  void shouldRefuseMoreProblemsThanThereAre() {
    final IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> new CountdownEnvironment(Split.HELD_OUT, 20_000, 1));

    assertTrue(refusal.getMessage().contains("too few distinct problems"), refusal.getMessage());
    assertThrows(
        IllegalArgumentException.class, () -> new CountdownEnvironment(Split.HELD_OUT, 0, 1));
    assertThrows(
        IllegalArgumentException.class, () -> environment.start(new Task("x", "{\"a\":1}"), 0));
  }

  @Test
  void shouldAgreeWithASlowReferenceWhenCallsAreDrawnAtRandom() throws Exception {
    for (int seed = 0; seed < 400; seed++) {
      final SplittableRandom random = new SplittableRandom(seed);
      final Task task = environment.task(random.nextInt(environment.taskCount()));
      final Episode episode = environment.start(task, 0);
      final SlowCountdown reference = new SlowCountdown(Texts.numbers(task));
      for (int step = 0; step < Texts.numbers(task).size(); step++) {
        final String call = reference.call(random);
        final List<String> allowed = reference.observations(call);

        final Observation observation = episode.call(call);

        final String message = "seed=" + seed + " task=" + task.input() + " call=" + call;
        assertTrue(allowed.contains(observation.text()), message + " " + observation + allowed);
        reference.play(call, observation.text());
      }
    }
  }

  @Test
  void shouldKnowTheValueThatASearchThroughTheEpisodeFinds() throws Exception {
    final SplittableRandom random = new SplittableRandom(5);
    int tried = 0;
    for (int index = 0; index < environment.taskCount() && tried < 12; index++) {
      final Task task = environment.task(index);
      if (Texts.numbers(task).size() == 3) {
        tried++;
        final ValuedEpisode episode = environment.start(task, 0);
        assertEquals(search(episode, Texts.target(task), 3), episode.value(), task.input());
        episode.call(Texts.call(Texts.numbers(task), random));
        assertEquals(search(episode, Texts.target(task), 2), episode.value(), task.input());
      }
    }
    assertEquals(12, tried);
  }

  /** Tries every call through the public interface. */
  private static double search(final ValuedEpisode episode, final String target, final int depth)
      throws Exception {
    double best = episode.fork().finish(target).reward();
    if (depth == 0 || best > 0) {
      return best;
    }
    for (final String call : SlowCountdown.everyCall(((CountdownEpisode) episode).pool())) {
      final ValuedEpisode fork = episode.fork();
      if (fork.call(call).status() == ToolCall.Status.OK) {
        best = Math.max(best, search(fork, target, depth - 1));
      }
    }
    return best;
  }

  private ValuedEpisode start(final String numbers, final int target) {
    return environment.start(
        new Task("t", "{\"numbers\":" + numbers + ",\"target\":" + target + "}"), 0);
  }
}
