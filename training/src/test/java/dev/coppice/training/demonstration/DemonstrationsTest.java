package dev.coppice.training.demonstration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.arithmetic.CountdownProblem;
import dev.coppice.environments.arithmetic.CountdownProblems;
import dev.coppice.environments.arithmetic.DrawersProblems;
import dev.coppice.environments.arithmetic.Split;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DemonstrationsTest {
  private static final long SEED = 21;
  private static final int COUNT = 400;

  @Test
  void shouldSpellEveryObservationAsTheEnvironmentDoes() {
    for (final TaskKind kind : TaskKind.values()) {
      for (int index = 0; index < COUNT; index++) {
        final Demonstration demonstration = Demonstrations.demonstration(kind, SEED, index);
        final ReferenceEpisode episode = episode(kind, index);

        assertEquals(
            demonstration.text(), replay(episode, demonstration), "index=" + index + " " + SEED);
        assertTrue(episode.isDone());
        assertEquals(episode.calls(), episode.wellFormedCalls());
      }
    }
  }

  @Test
  void shouldSolveTheProblemUnlessASlipSpoiledIt() {
    for (final TaskKind kind : TaskKind.values()) {
      int solved = 0;
      for (int index = 0; index < COUNT; index++) {
        final Demonstration demonstration = Demonstrations.demonstration(kind, SEED, index);
        final ReferenceEpisode episode = episode(kind, index);
        replay(episode, demonstration);
        final boolean slipped = hasMaskedCall(demonstration);

        assertTrue(episode.isSolved() || slipped, demonstration.text() + " seed=" + SEED);
        solved += episode.isSolved() ? 1 : 0;
      }
      assertTrue(solved >= 0.88 * COUNT && solved < COUNT, kind + " solved=" + solved);
    }
  }

  @Test
  void shouldLearnNothingFromWhatTheEnvironmentWrote() {
    for (int index = 0; index < COUNT; index++) {
      final Demonstration demonstration =
          Demonstrations.demonstration(TaskKind.DRAWERS, SEED, index);
      boolean observing = false;
      for (int at = 0; at < demonstration.tokens().length; at++) {
        final int token = demonstration.tokens()[at];
        observing |= token == TaskVocabulary.OBS;
        if (observing || at < episode(TaskKind.DRAWERS, index).prompt().length) {
          assertEquals(0f, demonstration.lossWeights()[at], "at=" + at + " index=" + index);
        }
        observing &= token != TaskVocabulary.OBS_END;
      }
      assertEquals(1f, maximum(demonstration.lossWeights()));
    }
  }

  @Test
  void shouldShowManySolutionsOfTheSameKindAndRepeatFromASeed() {
    final Set<Demonstration> all = new HashSet<>();
    for (int index = 0; index < COUNT; index++) {
      all.add(Demonstrations.demonstration(TaskKind.COUNTDOWN, SEED, index));
    }

    assertTrue(all.size() > 0.95 * COUNT, "distinct=" + all.size());
    assertEquals(
        Demonstrations.demonstration(TaskKind.DRAWERS, SEED, 3),
        Demonstrations.demonstration(TaskKind.DRAWERS, SEED, 3));
    assertNotEquals(
        Demonstrations.demonstration(TaskKind.DRAWERS, SEED, 3),
        Demonstrations.demonstration(TaskKind.DRAWERS, SEED + 1, 3));
  }

  @Test
  void shouldNoteTheNumbersOfTheDrawersAsACountdownPrompt() {
    for (int index = 0; index < 50; index++) {
      final CountdownProblem note = DrawersProblems.problem(Split.TRAIN, SEED, index).countdown();
      final String text = Demonstrations.demonstration(TaskKind.DRAWERS, SEED, index).text();

      assertTrue(text.contains("</obs>" + note.prompt()), text);
    }
  }

  private static ReferenceEpisode episode(final TaskKind kind, final int index) {
    return kind == TaskKind.COUNTDOWN
        ? ReferenceEpisode.of(CountdownProblems.problem(Split.TRAIN, SEED, index))
        : ReferenceEpisode.of(DrawersProblems.problem(Split.TRAIN, SEED, index));
  }

  /** Plays what the agent wrote against the environment and returns the text that comes about. */
  private static String replay(final ReferenceEpisode episode, final Demonstration demonstration) {
    final int[] tokens = demonstration.tokens();
    final StringBuilder text = new StringBuilder(TaskVocabulary.decode(episode.prompt()));
    int at = episode.prompt().length;
    while (at < tokens.length && !episode.isDone()) {
      final int[] observation = episode.accept(tokens[at]);
      text.append(TaskVocabulary.decode(tokens[at])).append(TaskVocabulary.decode(observation));
      at += 1 + observation.length;
    }
    return text.toString();
  }

  private static boolean hasMaskedCall(final Demonstration demonstration) {
    for (int at = 1; at < demonstration.tokens().length; at++) {
      if (demonstration.tokens()[at - 1] == TaskVocabulary.CALL
          && demonstration.lossWeights()[at] == 0f) {
        return true;
      }
    }
    return false;
  }

  private static float maximum(final float[] values) {
    float maximum = 0;
    for (final float value : values) {
      maximum = Math.max(maximum, value);
    }
    return maximum;
  }
}
