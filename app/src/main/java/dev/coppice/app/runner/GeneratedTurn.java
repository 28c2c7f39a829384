package dev.coppice.app.runner;

import dev.coppice.episode.ActionParser;
import dev.coppice.episode.Dialect;
import dev.coppice.episode.TurnRules;
import dev.coppice.model.SequenceModel;
import dev.coppice.model.Tokenizer;
import java.util.Arrays;
import java.util.List;

/**
 * Follows one turn that a model is asked for outside a run, by the rules of a run's turns.
 *
 * @thread one at a time.
 */
public final class GeneratedTurn implements SequenceModel.Turn {
  private static final int TOKENS_OF_AN_END = 32;
  private static final int[] NOTHING = {};

  private final Tokenizer tokenizer;
  private final ActionParser parser;
  private final int[] forced;
  private String stop = "length";

  /**
   * Starts behind a prompt.
   *
   * @param tokenizer of the model.
   * @param rules of the turn.
   * @param minNewTokens before it may end.
   * @param prompt that stands before it.
   */
  public GeneratedTurn(
      final Tokenizer tokenizer,
      final TurnRules rules,
      final int minNewTokens,
      final int[] prompt) {
    this.tokenizer = tokenizer;
    this.parser = new ActionParser(Dialect.PLAIN, rules, minNewTokens);
    final boolean bounded = rules.thinking().tokens() > 0;
    this.forced = bounded ? tokenizer.encode(rules.thinking().forced()) : NOTHING;
    if (rules.thinking().isKnown()) {
      final int from = Math.max(0, prompt.length - TOKENS_OF_AN_END);
      parser.nextTurn(tokenizer.decode(Arrays.copyOfRange(prompt, from, prompt.length)));
    }
  }

  @Override
  public boolean goesOn(final int token) {
    final boolean ends = tokenizer.isEnd(token);
    final ActionParser.Signal signal = parser.accept(ends ? "" : tokenizer.piece(token));
    if (signal == ActionParser.Signal.STOP) {
      stop = "stop";
    } else if (ends) {
      stop = "eos";
    }
    return !ends && signal == ActionParser.Signal.NONE;
  }

  @Override
  public int[] forced() {
    if (!parser.isOverthinking()) {
      return NOTHING;
    }
    for (final int token : forced) {
      parser.accept(tokenizer.piece(token));
    }
    return forced;
  }

  @Override
  public List<Integer> endTokens() {
    return tokenizer.endTokens();
  }

  /**
   * Returns what ended the turn.
   *
   * @return {@code eos}, {@code stop} or {@code length}.
   */
  public String stop() {
    return stop;
  }

  /**
   * Returns what was said.
   *
   * @return the text behind the last thought, up to the stop.
   */
  public String text() {
    return parser.contentAtEnd();
  }
}
