package dev.coppice.environments.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.Environments;
import dev.coppice.environments.arithmetic.Split;
import dev.coppice.environments.countdown.CountdownEnvironment;
import dev.coppice.environments.drawers.DrawersEnvironment;
import dev.coppice.environments.gsm8k.Gsm8kEnvironment;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Score;
import dev.coppice.fixture.OwnData;
import dev.coppice.fixture.SharedData;
import dev.coppice.model.BackendException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplayPolicyTest {
  private static final int TASKS = 40;

  private final ByteTokenizer tokenizer = new ByteTokenizer();

  @Test
  void shouldEarnFullRewardWhenCountdownIsReplayedAroundTheRealCalculator() throws Exception {
    assertFullReward(new CountdownEnvironment(Split.HELD_OUT, TASKS, 1), 2);
  }

  @Test
  void shouldEarnFullRewardWhenDrawersIsReplayedAroundTheRealTools() throws Exception {
    assertFullReward(new DrawersEnvironment(Split.TRAIN, 5 * TASKS, 1), 7);
  }

  @Test
  void shouldEarnFullRewardWhenGsm8kIsReplayedAroundTheRealCalculator() throws Exception {
    assertFullReward(
        new Gsm8kEnvironment(
            SharedData.find("data/gsm8k"), "test", TASKS, 1, Gsm8kEnvironment.DEFAULT_PROMPT),
        0);
  }

  @Test
  void shouldEarnFullRewardWhenOwnGsm8kIsReplayedAroundTheRealCalculator() throws Exception {
    assertFullReward(
        new Gsm8kEnvironment(
            OwnData.find(Environments.class, "own/gsm8k"),
            "test",
            0,
            1,
            Gsm8kEnvironment.DEFAULT_PROMPT),
        1);
  }

  private void assertFullReward(final ScriptedEnvironment environment, final int fewestCalls)
      throws Exception {
    final GreedyLoop loop =
        new GreedyLoop(ReplayPolicy.of(environment, tokenizer), tokenizer, 8_192);
    for (int index = 0; index < environment.taskCount(); index++) {
      final GreedyLoop.Outcome outcome = loop.run(environment, environment.task(index));
      assertEquals(1.0, outcome.score().reward(), outcome.text());
      assertTrue(outcome.calls() >= fewestCalls, outcome.text());
    }
  }

  @Test
  void shouldFollowTheScriptWhenObservationsDifferFromTheOnesItsAuthorSaw() {
    final ReplayPolicy policy =
        ReplayPolicy.of(
            List.of(
                new ReplayScript("<bos>q\n", List.of("a<<1+1=", "b<<2+2=", "c")),
                new ReplayScript("<bos>q\nr\n", List.of("other"))),
            ">>",
            tokenizer);

    assertEquals("a", next(policy, "<bos>q\n"));
    assertEquals("=", next(policy, "<bos>q\na<<1+1"));
    assertEquals("b", next(policy, "<bos>q\na<<1+1=2.000>>"));
    assertEquals("c", next(policy, "<bos>q\na<<1+1=error>>b<<2+2=>>"));
    assertEquals("<eos>", next(policy, "<bos>q\na<<1+1=error>>b<<2+2=>>c"));
    assertEquals("o", next(policy, "<bos>q\nr\n"));
  }

  @Test
  void shouldTellScriptsWithOnePromptApartByWhatIsObserved() {
    final ReplayPolicy policy =
        ReplayPolicy.of(
            List.of(
                new ReplayScript("<bos>q\n", List.of("open=", "one"), List.of("1>>")),
                new ReplayScript("<bos>q\n", List.of("open=", "two"), List.of("2>>"))),
            ">>",
            tokenizer);

    assertEquals("o", next(policy, "<bos>q\n"));
    assertEquals("n", next(policy, "<bos>q\nopen=1>>o"));
    assertEquals("t", next(policy, "<bos>q\nopen=2>>"));
    assertThrows(BackendException.class, () -> next(policy, "<bos>q\nopen=3>>"));
  }

  @Test
  void shouldLeaveTheChoiceOpenWhereThePolicyHasNothingToSay() {
    final ReplayPolicy policy =
        ReplayPolicy.of(
            List.of(new ReplayScript("<bos>q\n", List.of("a<<1+1=", "c"))), ">>", tokenizer);
    final float[] logits = new float[tokenizer.vocabularySize()];

    for (final String path :
        List.of("<bos>", "<bos>other\n", "<bos>q\na<<1+1=", "<bos>q\na<<1+1=2>")) {
      final int[] tokens = tokenizer.encode(path);
      policy.scores(tokens, tokens.length, logits, 0);
      for (final float logit : logits) {
        assertEquals(0f, logit, path);
      }
    }
  }

  @Test
  void shouldFailLoudlyWhenThePathLeavesTheScript() {
    final ReplayPolicy policy =
        ReplayPolicy.of(
            List.of(new ReplayScript("<bos>q\n", List.of("a<<1+1=", "c"))), ">>", tokenizer);

    final BackendException failure =
        assertThrows(BackendException.class, () -> next(policy, "<bos>q\na<<7"));

    assertTrue(failure.getMessage().contains("<bos>q\na<<7"), failure.getMessage());
  }

  @Test
  void shouldNotEarnARewardWhenTheWorldDiffersFromTheScript() throws Exception {
    final ScriptedEnvironment scripted = new CountdownEnvironment(Split.HELD_OUT, 1, 1);
    final Environment world = new DrawersEnvironment(Split.HELD_OUT, 1, 1);
    final ReplayScript script =
        new ReplayScript(
            world.start(world.task(0), 0).prompt(), scripted.script(scripted.task(0)).turns());
    final ReplayPolicy policy = ReplayPolicy.of(List.of(script), "</obs>", tokenizer);

    final Score score = new GreedyLoop(policy, tokenizer, 1_024).run(world, world.task(0)).score();

    assertEquals(0.0, score.reward());
  }

  private String next(final ReplayPolicy policy, final String path) {
    final int[] tokens = tokenizer.encode(path);
    final float[] logits = new float[tokenizer.vocabularySize()];
    policy.scores(tokens, tokens.length, logits, 0);
    int best = 0;
    for (int token = 1; token < logits.length; token++) {
      best = logits[token] > logits[best] ? token : best;
    }
    return tokenizer.piece(best);
  }
}
