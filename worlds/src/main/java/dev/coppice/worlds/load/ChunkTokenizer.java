package dev.coppice.worlds.load;

import dev.coppice.model.Tokenizer;

/**
 * Counts tokens as models do, about four characters each, without any vocabulary.
 *
 * <p>{@link #chunks} turns recorded text into one private character per four characters of it, by
 * hash: equal beginnings stay equal beginnings, so prefixes are shared as they would be. A token is
 * one private character; what it stood for is gone, which a load does not need.
 *
 * @thread stateless, any thread
 */
final class ChunkTokenizer implements Tokenizer {
  /** Begins a call. */
  static final String CALL_OPEN = "\uE000";

  /** Ends a call. */
  static final String CALL_CLOSE = "\uE001";

  private static final int FIRST = 0xE000;
  private static final int END = 2;
  private static final int BEGIN = 3;
  private static final int MARKS = 16;
  private static final int CHUNKS = 256;
  private static final int CHUNK_CHARS = 4;

  /** Stands for a number where texts must differ. */
  static String number(final int number) {
    return chunks(String.valueOf(number));
  }

  /** Turns text into private characters, one for four. */
  static String chunks(final String text) {
    final StringBuilder chunks = new StringBuilder(text.length() / CHUNK_CHARS + 1);
    for (int from = 0; from < text.length(); from += CHUNK_CHARS) {
      int hash = 7;
      for (int i = from; i < Math.min(from + CHUNK_CHARS, text.length()); i++) {
        hash = 31 * hash + text.charAt(i);
      }
      hash *= 0x9e3779b1;
      chunks.append((char) (FIRST + MARKS + (hash >>> 16) % CHUNKS));
    }
    return chunks.toString();
  }

  @Override
  public int[] encode(final String text) {
    return text.chars().map(ChunkTokenizer::token).toArray();
  }

  private static int token(final int character) {
    final int token = character - FIRST;
    if (token < 0 || token >= MARKS + CHUNKS) {
      throw new IllegalArgumentException("not a character of a load: character=" + character);
    }
    return token;
  }

  @Override
  public String decode(final int[] tokens) {
    final StringBuilder text = new StringBuilder(tokens.length);
    for (final int token : tokens) {
      text.append((char) (FIRST + token));
    }
    return text.toString();
  }

  @Override
  public String piece(final int token) {
    return token < vocabularySize() ? String.valueOf((char) (FIRST + token)) : "";
  }

  @Override
  public int beginToken() {
    return BEGIN;
  }

  @Override
  public int endToken() {
    return END;
  }

  @Override
  public int vocabularySize() {
    return MARKS + CHUNKS;
  }

  @Override
  public void close() {}
}
