package dev.coppice.model;

import java.util.List;

/**
 * Turns text into tokens, once, and tokens into text.
 *
 * @thread any; implementations are thread-safe.
 */
public interface Tokenizer extends AutoCloseable {
  /** What a prompt writes for the token that begins a sequence. */
  String BEGIN = "<bos>";

  /**
   * Encodes text; special tokens written out in the text become their ids, and nothing is added.
   *
   * @param text to encode.
   * @return token ids.
   */
  int[] encode(String text);

  /**
   * Marks the special tokens that are spelt in a text which is to stay text, for {@link #encode}.
   *
   * @param text that nobody of ours wrote.
   * @return the text, marked where a special token is spelt; the very text where none is.
   */
  default String guard(final String text) {
    return text;
  }

  /**
   * Encodes a prompt. Where it begins with {@link #BEGIN}, that is this model's own begin token,
   * however it is spelt, and nothing where sequences of the model begin without one.
   *
   * @param text to encode.
   * @return token ids.
   */
  default int[] encodePrompt(final String text) {
    return encode(text);
  }

  /**
   * Decodes tokens, special tokens written out.
   *
   * @param tokens to decode.
   * @return the text.
   */
  String decode(int[] tokens);

  /**
   * Returns the text one token adds when it follows other text, as far as a token alone can say.
   *
   * @param token id.
   * @return its text; a byte {@code b} that is no whole character by itself is the lone surrogate
   *     {@code 0xDC00 + b}, or U+FFFD where the tokenizer does not tell its bytes; empty for an id beyond the
   *     vocabulary, as a model whose logits are padded can sample it.
   */
  String piece(int token);

  /**
   * Returns the token that begins a sequence.
   *
   * @return its id, or -1 if the model has none.
   */
  int beginToken();

  /**
   * Returns the token that ends a sequence, and is written where one is to be ended.
   *
   * @return its id, or -1 if the model has none.
   */
  int endToken();

  /**
   * Lists the tokens that end a sequence; a model may have several.
   *
   * @return {@link #endToken()} and its like, that first; empty if the model has none.
   */
  default List<Integer> endTokens() {
    return endToken() < 0 ? List.of() : List.of(endToken());
  }

  /**
   * Tells whether a token ends a sequence.
   *
   * @param token id, at least 0.
   * @return true for each of {@link #endTokens()}.
   */
  default boolean isEnd(final int token) {
    return token == endToken();
  }

  /**
   * Returns the number of tokens.
   *
   * @return the size of the vocabulary.
   */
  int vocabularySize();

  /**
   * Lists the ids below {@link #vocabularySize} that stand for no token.
   *
   * @return the ids, rising; empty for most tokenizers.
   */
  default List<Integer> holes() {
    return List.of();
  }

  /** Releases native memory. */
  @Override
  void close();
}
