package dev.coppice.proxy.answer;

import dev.coppice.model.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds which tokens of a turn made calls.
 *
 * @thread any; stateless.
 */
final class CallSpans {
  private static final String OPEN = "<tool_call>";
  private static final String CLOSE = "</tool_call>";

  private CallSpans() {}

  /** Returns first token and number of tokens of each call, marks included. */
  static int[] of(final int[] tokens, final String forced, final Tokenizer tokenizer) {
    final StringBuilder text = new StringBuilder(forced);
    final int[] ends = new int[tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      text.append(tokenizer.isEnd(tokens[i]) ? "" : tokenizer.piece(tokens[i]));
      ends[i] = text.length();
    }
    final List<Integer> spans = new ArrayList<>();
    int open = text.indexOf(OPEN);
    while (open >= 0) {
      final int close = text.indexOf(CLOSE, open);
      final int first = tokenBehind(ends, open);
      final int last =
          close < 0 ? tokens.length : tokenBehind(ends, close + CLOSE.length() - 1) + 1;
      spans.add(first);
      spans.add(Math.min(last, tokens.length) - first);
      open = close < 0 ? -1 : text.indexOf(OPEN, close);
    }
    return spans.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Finds the token that holds a letter. */
  private static int tokenBehind(final int[] ends, final int letter) {
    int token = 0;
    while (token < ends.length && ends[token] <= letter) {
      token++;
    }
    return token;
  }
}
