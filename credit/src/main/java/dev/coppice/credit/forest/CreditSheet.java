package dev.coppice.credit.forest;

import java.util.Arrays;

/**
 * Holds what a formula found: a value per node, and where there is one per leaf and per call.
 *
 * <p>A token's advantage is {@code node + [token is in a call or fold span] * channel[node] +
 * call[call of the span]}. Tokens likelier than a limit may be zeroed. So a sheet grows with nodes
 * and never with tokens.
 *
 * @shape node double[N]; leaf double[L]; channel double[N]; call double[C].
 * @unit {@code NaN} stands for "no evidence" in every array.
 * @thread one writer; readers after it is done.
 * @cost 8 bytes per node and used channel, none per token.
 */
public final class CreditSheet {
  private final double[] node;
  private final double[] leaf;
  private double[] channel;
  private double[] call;
  private boolean leafScored;
  private double zeroAboveLogprob = Double.POSITIVE_INFINITY;

  /**
   * Opens an empty sheet.
   *
   * @param forest to be scored.
   */
  public CreditSheet(final Forest forest) {
    node = new double[forest.nodeCount()];
    leaf = new double[forest.leafCount()];
    Arrays.fill(node, Double.NaN);
    Arrays.fill(leaf, Double.NaN);
  }

  /**
   * Sets the advantage of a node.
   *
   * @param index of the node.
   * @param value of every token outside the tool channel, or {@code NaN} for no evidence.
   */
  public void setNode(final int index, final double value) {
    node[index] = value;
  }

  /**
   * Returns the advantage of a node.
   *
   * @param index of the node.
   * @return the value, or {@code NaN} where there is no evidence or the node is not sampled.
   */
  public double node(final int index) {
    return node[index];
  }

  /**
   * Sets the scalar of a leaf; the estimator then counts as one that scores whole trajectories.
   *
   * @param index of the leaf.
   * @param value of the trajectory, or {@code NaN} if it is not scored.
   */
  public void setLeaf(final int index, final double value) {
    leafScored = true;
    leaf[index] = value;
  }

  /**
   * Returns the scalar of a leaf.
   *
   * @param index of the leaf.
   * @return the value, or {@code NaN}.
   */
  public double leaf(final int index) {
    return leaf[index];
  }

  /**
   * Returns whether the formula scored whole trajectories.
   *
   * @return true once a leaf was set.
   */
  public boolean isLeafScored() {
    return leafScored;
  }

  /**
   * Sets what is added on the call and fold tokens of a node.
   *
   * @param index of the node.
   * @param value to add.
   */
  public void setChannel(final int index, final double value) {
    if (channel == null) {
      channel = new double[node.length];
    }
    channel[index] = value;
  }

  /**
   * Returns what is added on the call and fold tokens of a node.
   *
   * @param index of the node.
   * @return the value, 0 where there is none.
   */
  public double channel(final int index) {
    return channel == null ? 0.0 : channel[index];
  }

  /**
   * Sets what is added on the tokens of one call.
   *
   * @param index of the call in the forest.
   * @param calls in the forest.
   * @param value to add.
   */
  public void setCall(final int index, final int calls, final double value) {
    if (call == null) {
      call = new double[calls];
    }
    call[index] = value;
  }

  /**
   * Returns what is added on the tokens of one call.
   *
   * @param index of the call in the forest.
   * @return the value, 0 where there is none.
   */
  public double call(final int index) {
    return call == null ? 0.0 : call[index];
  }

  /**
   * Returns whether some tokens of a node may differ from others.
   *
   * @return true if a channel, a call or a limit was set.
   */
  public boolean isTokenLevel() {
    return channel != null || call != null || zeroAboveLogprob < Double.POSITIVE_INFINITY;
  }

  /**
   * Gives zero to every token whose log-probability is above a limit.
   *
   * @param logprob the limit.
   */
  public void zeroAbove(final double logprob) {
    zeroAboveLogprob = logprob;
  }

  /**
   * Returns the log-probability above which tokens get zero.
   *
   * @return the limit, infinite where there is none.
   */
  public double zeroAboveLogprob() {
    return zeroAboveLogprob;
  }

  /**
   * Gives every sampled node the mean, or the sum, of the leaf scalars below it.
   *
   * <p>The mean is what a token gets where it is trained once with its multiplicity; the sum is
   * what duplicated rows add up to. CopyMeans of a coalesced node have their own leaves; the node gets
   * the mean over them.
   *
   * @param forest scored.
   * @param shared says which.
   */
  public void spreadLeaves(final Forest forest, final SharedValue shared) {
    final SubtreeValues values = SubtreeValues.overLeaves(forest, leaf);
    final double[] run = new double[node.length];
    for (int i = 0; i < run.length; i++) {
      final double leaves = (double) values.count(i) / values.copies(i);
      run[i] = shared == SharedValue.SUM ? values.value(i) * leaves : values.value(i);
    }
    setRuns(forest, run, CopyMeans.counts(forest, values));
  }

  /**
   * Gives every sampled node the mean over its copies of what stands at the ends of their runs.
   *
   * @param forest scored.
   * @param run per node, read where a run ends, {@code NaN} for no evidence; overwritten elsewhere.
   * @param copies per node, those that end a run there.
   */
  public void setRuns(final Forest forest, final double[] run, final double[] copies) {
    CopyMeans.carryUp(forest, run, copies);
    for (int i = 0; i < node.length; i++) {
      if (forest.isSampled(i)) {
        node[i] = run[i];
      }
    }
  }
}
