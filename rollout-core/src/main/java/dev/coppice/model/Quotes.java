package dev.coppice.model;

import java.util.Arrays;

/**
 * Says what a runner would compute next, before it does.
 *
 * <p>Row by row: of the path of a branch, {@link #cached} tokens need no computing, the following
 * {@link #computes} would be computed now, and {@link #samples} tokens would be sampled after them.
 * A row that reaches the end of the path samples; the chunks of a long prompt only compute. The core
 * pays, or releases the branch; then nothing of the row is computed. A runner never computes more
 * than it quoted; a server may, having lost what it held, and its answer says so.
 *
 * @unit tokens.
 * @thread one at a time; refilled for each round.
 */
public final class Quotes {
  private static final int COLUMNS = 6;

  private int rows;
  private int[] cells = new int[32 * COLUMNS];
  private Work[] works = new Work[32];

  /** Empties the quotes. */
  public void clear() {
    Arrays.fill(works, 0, rows, null);
    rows = 0;
  }

  /**
   * Adds a row about work at hand.
   *
   * @param work asked for.
   * @param cached tokens of its path found or still there.
   * @param computes tokens after them.
   * @param samples tokens after those, 0 if the path's end is not reached.
   */
  public void add(final Work work, final int cached, final int computes, final int samples) {
    add(work.branch(), work.ticket(), cached, computes, samples);
    works[rows - 1] = work;
  }

  /**
   * Adds a row.
   *
   * @param branch asked for.
   * @param ticket of the work.
   * @param cached tokens of its path found or still there.
   * @param computes tokens after them.
   * @param samples tokens after those, 0 if the path's end is not reached.
   */
  public void add(
      final int branch, final int ticket, final int cached, final int computes, final int samples) {
    final int at = rows * COLUMNS;
    if (at == cells.length) {
      cells = Arrays.copyOf(cells, at * 2);
      works = Arrays.copyOf(works, rows * 2);
    }
    cells[at] = branch;
    cells[at + 1] = ticket;
    cells[at + 2] = cached;
    cells[at + 3] = computes;
    cells[at + 4] = samples;
    cells[at + 5] = 0;
    rows++;
  }

  /**
   * Says what the last row would compute of its path more than once, since every draw is a request of
   * its own and a server shares only so much.
   *
   * @param tokens of the path, over all draws but the first.
   */
  public void computesAgain(final int tokens) {
    cells[(rows - 1) * COLUMNS + 5] = tokens;
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
   * Returns the work of a row.
   *
   * @param row from 0.
   * @return the work, or null where the row was read from a journal.
   */
  public Work work(final int row) {
    return works[row];
  }

  /**
   * Returns the branch of a row.
   *
   * @param row from 0.
   * @return the number of the branch.
   */
  public int branch(final int row) {
    return cells[row * COLUMNS];
  }

  /**
   * Returns the work a row is about.
   *
   * @param row from 0.
   * @return the ticket of the work.
   */
  public int ticket(final int row) {
    return cells[row * COLUMNS + 1];
  }

  /**
   * Returns the tokens that need no computing.
   *
   * @param row from 0.
   * @return the number of tokens from the beginning of the path.
   */
  public int cached(final int row) {
    return cells[row * COLUMNS + 2];
  }

  /**
   * Returns the tokens of the path that would be computed.
   *
   * @param row from 0.
   * @return the number of tokens.
   */
  public int computes(final int row) {
    return cells[row * COLUMNS + 3];
  }

  /**
   * Returns the tokens of the path that would be computed more than once.
   *
   * @param row from 0.
   * @return the number of tokens; 0 where all draws come from one pass.
   */
  public int again(final int row) {
    return cells[row * COLUMNS + 5];
  }

  /**
   * Returns the tokens that would be sampled.
   *
   * @param row from 0.
   * @return the most tokens over all draws wanted in any case; 0 if the path's end is not reached.
   */
  public int samples(final int row) {
    return cells[row * COLUMNS + 4];
  }
}
