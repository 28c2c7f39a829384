package dev.coppice.model;

import dev.coppice.trajectory.RolloutFailure;
import java.util.Arrays;

/**
 * Holds what a runner answers: per piece of work its draws, or why there are none.
 *
 * <p>A row answers one piece of work. Draw 0 goes on with the branch, draws 1 and following begin
 * further children. A draw is one token or more. A row that only computed a part of its path has no
 * draw and no failure: the work goes on. Rows may come in any order.
 *
 * @unit log-probabilities and entropies in nats, of the distribution drawn from.
 * @thread one at a time; refilled for each answer.
 */
public final class Draws {
  /** Stands for a row whose work found in the cache what was quoted. */
  public static final int AS_QUOTED = -1;

  private static final int COLUMNS = 7;
  private static final int[][] NO_KEPT = {};

  private int rows;
  private int draws;
  private int count;
  private int[] heads = new int[64 * COLUMNS];
  private float[] entropy = new float[64];
  private RolloutFailure[] failures = new RolloutFailure[64];
  private Work[] works = new Work[64];
  private int[] firstDraw = new int[65];
  private int[] firstToken = new int[257];
  private int[] tokens = new int[256];
  private float[] logprobs = new float[256];
  private int[][] kept = NO_KEPT;

  /** Empties the draws. */
  public void clear() {
    Arrays.fill(failures, 0, rows, null);
    Arrays.fill(works, 0, rows, null);
    Arrays.fill(kept, 0, Math.min(count, kept.length), null);
    rows = 0;
    draws = 0;
    count = 0;
  }

  /**
   * Begins the next row, which answers work at hand.
   *
   * @param work answered, as it was asked last.
   * @param version of the weights that computed it.
   */
  public void beginRow(final Work work, final int version) {
    beginRow(work.branch(), work.ticket(), version);
    works[rows - 1] = work;
  }

  /**
   * Begins the next row.
   *
   * @param branch answered.
   * @param ticket of the work.
   * @param version of the weights that computed it.
   */
  public void beginRow(final int branch, final int ticket, final int version) {
    if (rows == entropy.length) {
      heads = Arrays.copyOf(heads, heads.length * 2);
      entropy = Arrays.copyOf(entropy, rows * 2);
      failures = Arrays.copyOf(failures, rows * 2);
      works = Arrays.copyOf(works, rows * 2);
      firstDraw = Arrays.copyOf(firstDraw, rows * 2 + 1);
    }
    final int at = rows * COLUMNS;
    heads[at] = branch;
    heads[at + 1] = ticket;
    heads[at + 2] = version;
    heads[at + 3] = AS_QUOTED;
    heads[at + 4] = 0;
    heads[at + 5] = 0;
    heads[at + 6] = 0;
    entropy[rows++] = Float.NaN;
    firstDraw[rows] = draws;
  }

  /**
   * Sets the entropy of the last row.
   *
   * @param nats of the distribution of its first token; NaN where the runner does not know it.
   */
  public void entropy(final double nats) {
    entropy[rows - 1] = (float) nats;
  }

  /**
   * Tells that the last row found more in the cache than was quoted.
   *
   * @param cachedTokens of its path.
   */
  public void foundCached(final int cachedTokens) {
    heads[(rows - 1) * COLUMNS + 3] = cachedTokens;
  }

  /**
   * Tells that the draws of the last row were sampled one by one, as a server does that knows them
   * as requests of their own: the first token of each counts.
   */
  public void drawnApart() {
    heads[(rows - 1) * COLUMNS + 6] = 1;
  }

  /**
   * Tells what the last row cost beyond its draws and the path computed once.
   *
   * @param again tokens of the path that were computed beyond the one time that was quoted.
   * @param wasted tokens that were sampled and are part of no draw.
   */
  public void costMore(final int again, final int wasted) {
    final int at = (rows - 1) * COLUMNS;
    heads[at + 4] = again;
    heads[at + 5] = wasted;
  }

  /**
   * Ends the work of the last row without draws.
   *
   * @param failure that says why.
   */
  public void fail(final RolloutFailure failure) {
    failures[rows - 1] = failure;
  }

  /** Begins the next draw of the last row. */
  public void beginDraw() {
    if (draws + 2 > firstToken.length) {
      firstToken = Arrays.copyOf(firstToken, firstToken.length * 2);
    }
    firstToken[++draws] = count;
    firstDraw[rows] = draws;
  }

  /**
   * Adds a token to the last draw.
   *
   * @param token drawn.
   * @param logprob of the token under the distribution drawn from.
   */
  public void add(final int token, final float logprob) {
    if (count == tokens.length) {
      tokens = Arrays.copyOf(tokens, count * 2);
      logprobs = Arrays.copyOf(logprobs, tokens.length);
    }
    tokens[count] = token;
    logprobs[count++] = logprob;
    firstToken[draws] = count;
  }

  /**
   * Says which ids the cuts kept where the last token was drawn.
   *
   * @param ids the ids kept; or, where that is shorter, {@code -1 - id} of each that was not; empty
   *     where every token could be drawn. Kept, must not change.
   */
  public void kept(final int[] ids) {
    if (kept.length < count) {
      kept = Arrays.copyOf(kept, tokens.length);
    }
    kept[count - 1] = ids;
  }

  /**
   * Returns whether anybody said which ids were kept.
   *
   * @return true if {@link #keptAt} may answer something.
   */
  public boolean tellsKept() {
    return kept.length > 0;
  }

  /**
   * Returns which ids the cuts kept where a token was drawn.
   *
   * @param index from {@link #start}.
   * @return the ids as they were given, or null where nobody said.
   */
  public int[] keptAt(final int index) {
    return index < kept.length ? kept[index] : null;
  }

  /**
   * Adds a draw of one token to the last row.
   *
   * @param token drawn.
   * @param logprob of the token under the distribution drawn from.
   */
  public void addDraw(final int token, final float logprob) {
    beginDraw();
    add(token, logprob);
  }

  /**
   * Returns the number of rows.
   *
   * @return the number of rows.
   */
  public int rows() {
    return rows;
  }

  /**
   * Returns the work a row answers.
   *
   * @param row from 0.
   * @return the work, or null where the row was read from a journal or names an earlier asking.
   */
  public Work work(final int row) {
    return works[row];
  }

  /**
   * Returns the number of tokens of all draws of a row.
   *
   * @param row from 0.
   * @return the number of tokens.
   */
  public int tokens(final int row) {
    return firstToken[firstDraw[row + 1]] - firstToken[firstDraw[row]];
  }

  /**
   * Returns the branch a row answers.
   *
   * @param row from 0.
   * @return the number of the branch.
   */
  public int branch(final int row) {
    return heads[row * COLUMNS];
  }

  /**
   * Returns the work a row answers.
   *
   * @param row from 0.
   * @return the ticket of the work.
   */
  public int ticket(final int row) {
    return heads[row * COLUMNS + 1];
  }

  /**
   * Returns the weights that computed a row.
   *
   * @param row from 0.
   * @return the version.
   */
  public int version(final int row) {
    return heads[row * COLUMNS + 2];
  }

  /**
   * Returns what a row found in the cache in the end.
   *
   * @param row from 0.
   * @return the number of tokens, or {@link #AS_QUOTED}.
   */
  public int cached(final int row) {
    return heads[row * COLUMNS + 3];
  }

  /**
   * Returns whether the draws of a row were sampled one by one.
   *
   * @param row from 0.
   * @return true if the first token of each draw counts.
   */
  public boolean isApart(final int row) {
    return heads[row * COLUMNS + 6] != 0;
  }

  /**
   * Returns what of a row's path was computed beyond the one time that was quoted.
   *
   * @param row from 0.
   * @return the number of tokens.
   */
  public int again(final int row) {
    return heads[row * COLUMNS + 4];
  }

  /**
   * Returns what was sampled for a row and is part of no draw.
   *
   * @param row from 0.
   * @return the number of tokens.
   */
  public int wasted(final int row) {
    return heads[row * COLUMNS + 5];
  }

  /**
   * Returns why a row has no draws.
   *
   * @param row from 0.
   * @return the failure, or null.
   */
  public RolloutFailure failure(final int row) {
    return failures[row];
  }

  /**
   * Returns the entropy of the distribution of a row's first token.
   *
   * @param row from 0.
   * @return the entropy in nats, or NaN.
   */
  public float entropy(final int row) {
    return entropy[row];
  }

  /**
   * Returns the number of draws of a row.
   *
   * @param row from 0.
   * @return the number; 0 where the work failed or goes on.
   */
  public int count(final int row) {
    return firstDraw[row + 1] - firstDraw[row];
  }

  /**
   * Returns the number of tokens of a draw.
   *
   * @param row from 0.
   * @param draw from 0.
   * @return the number of tokens.
   */
  public int length(final int row, final int draw) {
    final int at = firstDraw[row] + draw;
    return firstToken[at + 1] - firstToken[at];
  }

  /**
   * Returns where the tokens of a draw begin among those of all draws.
   *
   * @param row from 0.
   * @param draw from 0.
   * @return the index of its first token, for {@link #tokenAt} and {@link #logprobAt}.
   */
  public int start(final int row, final int draw) {
    return firstToken[firstDraw[row] + draw];
  }

  /**
   * Returns a token by its index among those of all draws.
   *
   * @param index from {@link #start}.
   * @return the token.
   */
  public int tokenAt(final int index) {
    return tokens[index];
  }

  /**
   * Returns a log-probability by its index among those of all draws.
   *
   * @param index from {@link #start}.
   * @return the natural logarithm of its probability under the distribution drawn from.
   */
  public float logprobAt(final int index) {
    return logprobs[index];
  }

  /**
   * Returns a token.
   *
   * @param row from 0.
   * @param draw from 0.
   * @param index of the token in its draw, from 0.
   * @return the token.
   */
  public int token(final int row, final int draw, final int index) {
    return tokens[firstToken[firstDraw[row] + draw] + index];
  }

  /**
   * Returns the log-probability of a token.
   *
   * @param row from 0.
   * @param draw from 0.
   * @param index of the token in its draw, from 0.
   * @return the natural logarithm of its probability under the distribution drawn from.
   */
  public float logprob(final int row, final int draw, final int index) {
    return logprobs[firstToken[firstDraw[row] + draw] + index];
  }
}
