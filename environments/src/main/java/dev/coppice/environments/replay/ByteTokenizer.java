package dev.coppice.environments.replay;

import dev.coppice.model.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Encodes text as its UTF-8 bytes, for policies that have no vocabulary of their own.
 *
 * <p>Tokens 0 to 255 are bytes; {@code <bos>} is 256 and {@code <eos>} is 257.
 *
 * @thread immutable, any thread
 */
public final class ByteTokenizer implements Tokenizer {
  private static final int BYTES = 256;
  private static final int ASCII = 0x80;
  private static final int SPLIT_LETTER = 0xDC00;
  private static final int BEGIN = BYTES;
  private static final int END = BYTES + 1;
  private static final String[] SPECIAL = {"<bos>", "<eos>"};

  @Override
  public int[] encode(final String text) {
    final int[] tokens = new int[Math.multiplyExact(3, text.length())];
    int count = 0;
    int from = 0;
    while (from < text.length()) {
      final int special = specialAt(text, from);
      if (special >= 0) {
        tokens[count++] = BYTES + special;
        from += SPECIAL[special].length();
        continue;
      }
      int to = text.indexOf('<', from + 1);
      to = to < 0 ? text.length() : to;
      for (final byte unit : text.substring(from, to).getBytes(StandardCharsets.UTF_8)) {
        tokens[count++] = Byte.toUnsignedInt(unit);
      }
      from = to;
    }
    return Arrays.copyOf(tokens, count);
  }

  private static int specialAt(final String text, final int from) {
    for (int i = 0; i < SPECIAL.length; i++) {
      if (text.startsWith(SPECIAL[i], from)) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public String decode(final int[] tokens) {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream(tokens.length);
    for (final int token : tokens) {
      if (token >= BYTES) {
        bytes.writeBytes(special(token).getBytes(StandardCharsets.UTF_8));
      } else {
        bytes.write(token);
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Override
  public String piece(final int token) {
    if (token >= BYTES) {
      return token > END ? "" : special(token);
    }
    // A byte that is not a character by itself: the parser of calls joins it with its neighbours.
    return String.valueOf((char) (token < ASCII ? token : SPLIT_LETTER + token));
  }

  private static String special(final int token) {
    if (token > END) {
      throw new IllegalArgumentException("no such token: token=" + token);
    }
    return SPECIAL[token - BYTES];
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
    return BYTES + SPECIAL.length;
  }

  @Override
  public void close() {}
}
