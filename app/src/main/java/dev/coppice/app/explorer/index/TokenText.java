package dev.coppice.app.explorer.index;

import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.run.RunResources;
import dev.coppice.chat.files.ModelFileException;
import dev.coppice.environments.Environments;
import dev.coppice.model.Tokenizer;

/**
 * Turns tokens of a run into text, where its tokens stand for text and its tokenizer is there.
 *
 * @thread any.
 */
public final class TokenText implements AutoCloseable {
  private final Tokenizer tokenizer;
  private final String missing;

  private TokenText(final Tokenizer tokenizer, final String missing) {
    this.tokenizer = tokenizer;
    this.missing = missing;
  }

  /** Opens the tokenizer of a run; what is missing is kept as a reason and hides nothing else. */
  static TokenText of(final RunConfig config) {
    if (!Environments.hasText(config.task().environment())) {
      return none("the tokens of " + config.task().environment() + " stand for no text");
    }
    try {
      return new TokenText(RunResources.tokenizer(config), "");
    } catch (final ModelFileException | ConfigException e) {
      return none(e.getMessage());
    }
  }

  static TokenText none(final String why) {
    return new TokenText(null, why);
  }

  /**
   * Says why there is no text.
   *
   * @return an empty string where there is.
   */
  public String missing() {
    return missing;
  }

  /**
   * Decodes tokens.
   *
   * @param tokens to decode.
   * @return their text, or their ids in brackets.
   */
  public String text(final int[] tokens) {
    if (tokenizer != null) {
      return tokenizer.decode(tokens);
    }
    final StringBuilder ids = new StringBuilder();
    for (final int token : tokens) {
      ids.append(piece(token));
    }
    return ids.toString();
  }

  /**
   * Returns the text of one token.
   *
   * @param token id.
   * @return as {@link Tokenizer#piece} has it, or its id in brackets.
   */
  public String piece(final int token) {
    return tokenizer == null ? "[" + token + "]" : tokenizer.piece(token);
  }

  @Override
  public void close() {
    if (tokenizer != null) {
      tokenizer.close();
    }
  }
}
