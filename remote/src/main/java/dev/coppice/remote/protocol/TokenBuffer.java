package dev.coppice.remote.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Arrays;

/**
 * Gathers the tokens and log-probabilities of one event, which stand in two lists.
 *
 * @thread one at a time.
 */
final class TokenBuffer {
  private int[] tokens = new int[8];
  private float[] logprobs = new float[8];
  private int tokenCount;
  private int logprobCount;

  void clear() {
    tokenCount = 0;
    logprobCount = 0;
  }

  void addToken(final int token) {
    if (tokenCount == tokens.length) {
      tokens = Arrays.copyOf(tokens, tokenCount * 2);
    }
    tokens[tokenCount++] = token;
  }

  void addLogprob(final float logprob) {
    if (logprobCount == logprobs.length) {
      logprobs = Arrays.copyOf(logprobs, logprobCount * 2);
    }
    logprobs[logprobCount++] = logprob;
  }

  /** Reads a list of ids. */
  void readTokens(final JsonParser json) throws IOException {
    if (json.currentToken() == JsonToken.START_ARRAY) {
      while (json.nextToken() != JsonToken.END_ARRAY) {
        addToken(json.getIntValue());
      }
    }
  }

  int tokens() {
    return tokenCount;
  }

  /** Keeps the log-probabilities of the last tokens, where a list repeats those of earlier events. */
  void keepLastLogprobs() {
    if (logprobCount > tokenCount) {
      System.arraycopy(logprobs, logprobCount - tokenCount, logprobs, 0, tokenCount);
      logprobCount = tokenCount;
    }
  }

  /** Forgets log-probabilities, for better ones to follow. */
  void clearLogprobs() {
    logprobCount = 0;
  }

  /** Hands the tokens over; a token without its log-probability is of no use to anybody. */
  void moveTo(final ServerAnswer answer) throws IOException {
    if (logprobCount != tokenCount) {
      throw new IOException(
          "tokens came without their log-probabilities: tokens="
              + tokenCount
              + " logprobs="
              + logprobCount);
    }
    for (int i = 0; i < tokenCount; i++) {
      answer.add(tokens[i], logprobs[i]);
    }
    clear();
  }
}
