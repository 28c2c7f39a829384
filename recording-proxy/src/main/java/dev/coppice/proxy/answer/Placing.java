package dev.coppice.proxy.answer;

import dev.coppice.draw.CounterRandom;
import dev.coppice.model.Tokenizer;
import dev.coppice.proxy.recorded.RolloutName;
import dev.coppice.proxy.recorded.Turn;
import dev.coppice.proxy.talk.Prompt;
import dev.coppice.proxy.talk.RefusedException;
import dev.coppice.proxy.talk.RefusedException.Kind;
import dev.coppice.proxy.talk.Talk;
import dev.coppice.proxy.talk.TalkAsk;
import java.util.Arrays;
import java.util.List;

/**
 * Finds where a request goes on in what was recorded of its rollout.
 *
 * <p>Its messages are matched to the recorded turns, the newest that fits best wins: its tokens stay
 * as they were sampled, and only what follows them is written. Where no turn fits, or the template
 * writes earlier turns otherwise now, the request begins a path of its own.
 *
 * @param talk of the model; null where it has no chat template.
 * @param tokenizer of the model.
 */
public record Placing(Talk talk, Tokenizer tokenizer) {
  private static final int ROLLOUT_STREAM = 7;
  private static final int SEED_STREAM = 8;

  /**
   * Says where a request goes on.
   *
   * @param parent the turn it goes on from, or null.
   * @param given tokens behind it.
   * @param prompt of the conversation, or null where the request is a bare text.
   * @param rewritten whether the path tells the history of an earlier turn anew.
   */
  record Place(Turn parent, int[] given, Prompt prompt, boolean rewritten) {
    int[] path() {
      return parent == null ? given : parent.path(given);
    }
  }

  /**
   * Counts the tokens a request is written as.
   *
   * @param ask of an agent.
   * @return the number, from the beginning of the conversation.
   */
  public int tokens(final TalkAsk ask) {
    return place(ask, List.of()).given().length;
  }

  /**
   * Places a request of messages.
   *
   * @param ask of the agent.
   * @param turns of the rollout, newest first.
   * @return the place.
   */
  Place place(final TalkAsk ask, final List<Turn> turns) {
    if (talk == null) {
      throw new RefusedException(
          Kind.INVALID,
          "messages",
          "messages: the model brings no chat template; set model.chat-template to a file, or use"
              + " /v1/completions");
    }
    Turn best = null;
    Prompt bestPrompt = null;
    boolean told = false;
    for (final Turn turn : turns) {
      if (turn.turned() == null) {
        continue;
      }
      told |= turn.turned().isToldBy(ask.messages());
      final Prompt prompt =
          best != null && turn.length() <= best.length() ? null : talk.goOn(ask, turn.turned());
      if (prompt != null) {
        best = turn;
        bestPrompt = prompt;
      }
    }
    if (best != null) {
      return new Place(best, bestPrompt.tokens(), bestPrompt, false);
    }
    final Prompt prompt = talk.begin(ask);
    return new Place(null, prompt.tokens(), prompt, told);
  }

  /**
   * Places a bare text.
   *
   * @param text of the prompt.
   * @param turns of the rollout, newest first.
   * @return the place.
   */
  Place place(final String text, final List<Turn> turns) {
    Turn best = null;
    for (final Turn turn : turns) {
      final boolean fits = turn.text() != null && text.startsWith(turn.text());
      if (fits && (best == null || turn.text().length() > best.text().length())) {
        best = turn;
      }
    }
    final String rest = best == null ? text : text.substring(best.text().length());
    final int[] tokens = best == null ? tokenizer.encodePrompt(rest) : tokenizer.encode(rest);
    return new Place(best, tokens, null, false);
  }

  /**
   * Places a prompt of tokens.
   *
   * @param tokens of the prompt.
   * @param turns of the rollout, newest first.
   * @return the place.
   */
  Place place(final int[] tokens, final List<Turn> turns) {
    Turn best = null;
    for (final Turn turn : turns) {
      final boolean longer = best == null || turn.length() > best.length();
      if (longer && turn.length() <= tokens.length) {
        final int[] path = turn.path(new int[0]);
        best = Arrays.mismatch(path, 0, path.length, tokens, 0, path.length) < 0 ? turn : best;
      }
    }
    final int from = best == null ? 0 : best.length();
    return new Place(best, Arrays.copyOfRange(tokens, from, tokens.length), null, false);
  }

  /**
   * Fixes the draws of a request: by the seed it names, or by its rollout; by the path it goes on
   * from; and by how often the same was asked and answered before.
   *
   * @param runSeed of the run.
   * @param name of the rollout.
   * @param path of tokens.
   * @param turns of the rollout.
   * @param place of the request.
   * @return the key.
   */
  static long key(
      final long runSeed,
      final RolloutName name,
      final int[] path,
      final List<Turn> turns,
      final Place place) {
    final long rollout =
        mix(mix(CounterRandom.mix(runSeed, ROLLOUT_STREAM), name.task()), name.rollout());
    final long asked =
        turns.stream()
            .filter(
                turn ->
                    turn.parent() == place.parent() && Arrays.equals(turn.given(), place.given()))
            .count();
    return CounterRandom.mix(mix(rollout, path), asked);
  }

  /**
   * Fixes the draws of a request that names a seed.
   *
   * @param seed of the request.
   * @param path of tokens.
   * @return the key.
   */
  static long key(final long seed, final int[] path) {
    return mix(CounterRandom.mix(seed, SEED_STREAM), path);
  }

  private static long mix(final long key, final String text) {
    long mixed = key;
    for (int i = 0; i < text.length(); i++) {
      mixed = CounterRandom.mix(mixed, text.charAt(i));
    }
    return mixed;
  }

  private static long mix(final long key, final int[] tokens) {
    long mixed = key;
    for (final int token : tokens) {
      mixed = CounterRandom.mix(mixed, token);
    }
    return mixed;
  }
}
