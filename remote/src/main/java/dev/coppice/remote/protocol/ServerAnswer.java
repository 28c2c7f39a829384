package dev.coppice.remote.protocol;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Holds what a server has answered so far: tokens with log-probabilities, and what it counted.
 *
 * @shape tokens int[length], logprobs float[length].
 * @unit log-probabilities in nats, of the distribution drawn from.
 * @thread filled by the connection's thread, read by others once the exchange has ended.
 */
public final class ServerAnswer {
  /** Stands for a count the server did not tell. */
  public static final int UNTOLD = -1;

  private final Runnable atFirstToken;
  private int[] tokens = new int[32];
  private float[] logprobs = new float[32];
  private int length;
  private int[] rowTokens = {};
  private float[] rowLogprobs = {};
  private int rowLength;
  private int promptTokens = UNTOLD;
  private int cachedTokens = UNTOLD;
  private int generatedTokens = UNTOLD;
  private Finish finish;
  private boolean begun;
  private boolean ended;
  private String error;
  private final List<VersionSpan> versions = new ArrayList<>(0);

  /**
   * Says which weights sampled some tokens of an answer.
   *
   * @param label the server's for the weights.
   * @param start the first of the tokens.
   * @param end the one after the last.
   */
  public record VersionSpan(String label, int start, int end) {}

  /**
   * Makes an empty answer.
   *
   * @param atFirstToken run when the first token is there.
   */
  public ServerAnswer(final Runnable atFirstToken) {
    this.atFirstToken = atFirstToken;
  }

  void add(final int token, final float logprob) {
    if (length == tokens.length) {
      tokens = Arrays.copyOf(tokens, length * 2);
      logprobs = Arrays.copyOf(logprobs, length * 2);
    }
    tokens[length] = token;
    logprobs[length++] = logprob;
    if (!begun) {
      begun = true;
      atFirstToken.run();
    }
  }

  /** Forgets the tokens: a stream that repeats itself tells them anew. */
  void restart() {
    length = 0;
  }

  void addRow(final int token, final float logprob) {
    if (rowLength == rowTokens.length) {
      rowTokens = Arrays.copyOf(rowTokens, Math.max(32, rowLength * 2));
      rowLogprobs = Arrays.copyOf(rowLogprobs, rowTokens.length);
    }
    rowTokens[rowLength] = token;
    rowLogprobs[rowLength++] = logprob;
  }

  void counted(final int prompt, final int cached) {
    promptTokens = prompt == UNTOLD ? promptTokens : prompt;
    cachedTokens = cached == UNTOLD ? cachedTokens : cached;
  }

  void generated(final int generated) {
    generatedTokens = generated;
  }

  void finish(final Finish reason) {
    finish = reason;
  }

  void ended() {
    ended = true;
  }

  void error(final String message) {
    error = message;
  }

  void version(final String label, final int start, final int end) {
    versions.add(new VersionSpan(label, start, end));
  }

  /** Drops the tokens from one on: those beyond an end that the server does not know. */
  void cut(final int newLength) {
    length = newLength;
  }

  /**
   * Returns the number of tokens.
   *
   * @return the number so far.
   */
  public int length() {
    return length;
  }

  /**
   * Returns a token.
   *
   * @param index from 0.
   * @return its id.
   */
  public int token(final int index) {
    return tokens[index];
  }

  /**
   * Returns the log-probability of a token.
   *
   * @param index from 0.
   * @return its log-probability in nats.
   */
  public float logprob(final int index) {
    return logprobs[index];
  }

  /**
   * Returns how much is told of the distribution of the first token.
   *
   * @return the number of tokens in the row; 0 if none was asked for.
   */
  public int rowLength() {
    return rowLength;
  }

  /**
   * Returns a token of the first token's distribution.
   *
   * @param index from 0.
   * @return its id.
   */
  public int rowToken(final int index) {
    return rowTokens[index];
  }

  /**
   * Returns a log-probability of the first token's distribution.
   *
   * @param index from 0.
   * @return the log-probability; masked tokens have -9999 or negative infinity.
   */
  public float rowLogprob(final int index) {
    return rowLogprobs[index];
  }

  /**
   * Returns the tokens of the path as the server counted them.
   *
   * @return the number, or {@link #UNTOLD}.
   */
  public int promptTokens() {
    return promptTokens;
  }

  /**
   * Returns the tokens of the path that the server found instead of computing them.
   *
   * @return the number, or {@link #UNTOLD}.
   */
  public int cachedTokens() {
    return cachedTokens;
  }

  /**
   * Returns the tokens the server says it sampled.
   *
   * @return the number, or {@link #UNTOLD}.
   */
  public int generatedTokens() {
    return generatedTokens;
  }

  /**
   * Returns why the answer ended.
   *
   * @return the reason, or null as long as the server gave none.
   */
  public Finish finishReason() {
    return finish;
  }

  /**
   * Returns whether the last event came.
   *
   * @return false for an answer that was cut off.
   */
  public boolean isEnded() {
    return ended;
  }

  /**
   * Returns what went wrong inside an answer that began well.
   *
   * @return the server's message, or null.
   */
  public String failure() {
    return error;
  }

  /**
   * Returns which weights sampled the tokens.
   *
   * @return spans in order; empty where the server does not tell.
   */
  public List<VersionSpan> versions() {
    return versions;
  }
}
