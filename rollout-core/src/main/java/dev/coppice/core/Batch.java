package dev.coppice.core;

import dev.coppice.model.DrawSpec;
import dev.coppice.model.ForwardBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Describes the batch that was planned: what to compute and what to draw from it.
 *
 * <p>A row either computes tokens, or draws from the logits of a prompt that another branch of its
 * group computed before; some rows do both, and the chunks of a long prefill only compute.
 *
 * @thread the engine thread; refilled by each plan.
 */
public final class Batch {
  private static final int NOTHING = -1;

  private final ForwardBatch forward = new ForwardBatch();
  private final List<Branch> branches = new ArrayList<>();
  private int[] computed = new int[16];
  private int[] prepaid = new int[16];
  private int[] draws = new int[16];
  private int[] logits = new int[16];
  private int drawRows;
  private int logitRows;
  private int[] copies = new int[12];
  private int copyCount;

  Batch() {}

  void clear() {
    forward.clear();
    branches.clear();
    drawRows = 0;
    logitRows = 0;
    copyCount = 0;
  }

  void add(final Branch branch, final int computedTokens, final int paidDraws) {
    final int row = branches.size();
    if (row == computed.length) {
      computed = Arrays.copyOf(computed, row * 2);
      prepaid = Arrays.copyOf(prepaid, row * 2);
      draws = Arrays.copyOf(draws, row * 2);
      logits = Arrays.copyOf(logits, row * 2);
    }
    branches.add(branch);
    computed[row] = computedTokens;
    prepaid[row] = paidDraws;
    if (paidDraws > 0) {
      draws[drawRows++] = row;
      logits[row] = computedTokens > 0 ? logitRows++ : NOTHING;
    }
  }

  void addCopy(final int from, final int to, final int tokens) {
    if (copyCount + 3 > copies.length) {
      copies = Arrays.copyOf(copies, copies.length * 2);
    }
    copies[copyCount++] = from;
    copies[copyCount++] = to;
    copies[copyCount++] = tokens;
  }

  /** Whether a row computes a block that another sequence could take from the cache a pass later. */
  boolean computesNextBlockOf(final Branch other, final int blockTokens) {
    final int from = other.lease.tokens();
    for (int row = 0; row < branches.size(); row++) {
      final Branch branch = branches.get(row);
      if (computed[row] >= blockTokens
          && branch.lease.tokens() + computed[row] >= from + blockTokens
          && Arrays.equals(branch.path, 0, from + blockTokens, other.path, 0, from + blockTokens)) {
        return true;
      }
    }
    return false;
  }

  Branch branch(final int row) {
    return branches.get(row);
  }

  int computedTokens(final int row) {
    return computed[row];
  }

  int prepaidDraws(final int row) {
    return prepaid[row];
  }

  /**
   * Returns the number of rows, computing or only drawing.
   *
   * @return the number of rows.
   */
  public int rows() {
    return branches.size();
  }

  /**
   * Returns what the backend has to compute; its rows are those of this batch that compute.
   *
   * @return the forward batch, possibly without rows.
   */
  public ForwardBatch forward() {
    return forward;
  }

  /**
   * Returns the number of blocks to copy before the forward pass, in order.
   *
   * @return the number of copies.
   */
  public int copies() {
    return copyCount / 3;
  }

  /**
   * Returns one part of a copy.
   *
   * @param copy from 0.
   * @param part 0 for the block read, 1 for the block written, 2 for the positions.
   * @return the block or the number of positions.
   */
  public int copy(final int copy, final int part) {
    return copies[copy * 3 + part];
  }

  /**
   * Returns the number of rows to draw from.
   *
   * @return the number of rows of draws the core expects back.
   */
  public int drawRows() {
    return drawRows;
  }

  /**
   * Returns the row of logits a draw reads.
   *
   * @param draw from 0.
   * @return the row in the pass's logits, or -1 to read those kept of the group's prompt.
   */
  public int logitsRow(final int draw) {
    return logits[draws[draw]];
  }

  /**
   * Returns the group a draw belongs to.
   *
   * @param draw from 0.
   * @return the place of the group in the run.
   */
  public int group(final int draw) {
    return branches.get(draws[draw]).group.place();
  }

  /**
   * Returns whether the logits of a draw are those of a prompt other trees will draw from.
   *
   * @param draw from 0.
   * @return true if they are to be kept under the group's place until the group is done.
   */
  public boolean keepsLogits(final int draw) {
    final Branch branch = branches.get(draws[draw]);
    return branch == branch.group.claimer;
  }

  /**
   * Returns when the branch of a draw became ready.
   *
   * @param draw from 0.
   * @return the time in nanoseconds.
   */
  public long readySinceNs(final int draw) {
    return branches.get(draws[draw]).readySinceNs;
  }

  /**
   * Says what to draw.
   *
   * @param draw from 0.
   * @param spec to be filled.
   */
  public void spec(final int draw, final DrawSpec spec) {
    final int row = draws[draw];
    branches.get(row).group.fillSpec(branches.get(row), prepaid[row], spec);
  }
}
