package dev.coppice.training.demonstration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.arithmetic.CountdownProblem;
import dev.coppice.environments.arithmetic.DrawersProblem;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReferenceEpisodeTest {
  private static final CountdownProblem COUNTDOWN = new CountdownProblem(List.of(8, 8, 5, 3), 29);
  private static final DrawersProblem DRAWERS = new DrawersProblem(List.of(3, 0, 8, 8, 5), 29);

  @Test
  void shouldRewardAnAnswerThatWasMade() {
    final ReferenceEpisode episode = ReferenceEpisode.of(COUNTDOWN);

    final String seen = play(episode, "<call>8*3</call>24 8 5<call>24+5</call><answer>29</answer>");

    assertEquals("<obs>24</obs><obs>29</obs>", seen);
    assertTrue(episode.isSolved());
    assertEquals(List.of("8*3", "24+5", "=29"), episode.actions());
  }

  @Test
  void shouldNotRewardAnAnswerThatWasNeverMade() {
    final ReferenceEpisode guessed = ReferenceEpisode.of(COUNTDOWN);
    final ReferenceEpisode missed = ReferenceEpisode.of(COUNTDOWN);

    play(guessed, "<answer>29</answer>");
    play(missed, "<call>8*3</call><answer>29</answer>");

    assertTrue(guessed.isDone());
    assertFalse(guessed.isSolved());
    assertFalse(missed.isSolved());
  }

  @Test
  void shouldCountBadAndIllegalCallsAndGoOn() {
    final ReferenceEpisode episode = ReferenceEpisode.of(COUNTDOWN);

    final String seen = play(episode, "<call>8*</call><call>8*4</call><call>8*3</call>");

    assertEquals("<obs>bad</obs><obs>illegal</obs><obs>24</obs>", seen);
    assertEquals(3, episode.calls());
    assertEquals(2, episode.wellFormedCalls());
    assertEquals(1, episode.acceptedCalls());
    assertFalse(episode.isDone());
  }

  @Test
  void shouldEndUnsolvedAtOneCallTooMany() {
    final ReferenceEpisode episode = ReferenceEpisode.of(COUNTDOWN);

    play(episode, "<call>1+1</call><call>1+1</call><call>1+1</call><call>1+1</call>");
    assertFalse(episode.isDone());
    play(episode, "<call>8*3</call>");

    assertTrue(episode.isDone());
    assertFalse(episode.isSolved());
  }

  @Test
  void shouldOfferOnlyTheNumbersOfOpenedDrawers() {
    final ReferenceEpisode episode = ReferenceEpisode.of(DRAWERS);

    final String seen =
        play(
            episode,
            "<call>open 1</call><call>8*3</call><call>open 2</call><call>open 2</call>"
                + "<call>open 9</call><call>open </call>"
                + "<call>open 3</call><call>8*3</call>");

    assertEquals(
        "<obs>worth 3</obs><obs>illegal</obs><obs>empty</obs><obs>illegal</obs>"
            + "<obs>illegal</obs><obs>bad</obs><obs>worth 8</obs><obs>24</obs>",
        seen);
    assertFalse(episode.isEverythingOpened());
  }

  /** Feeds a text token by token and returns what the environment wrote. */
  private static String play(final ReferenceEpisode episode, final String text) {
    final StringBuilder seen = new StringBuilder();
    for (final int token : TaskVocabulary.encode(text)) {
      seen.append(TaskVocabulary.decode(episode.accept(token)));
    }
    return seen.toString();
  }
}
