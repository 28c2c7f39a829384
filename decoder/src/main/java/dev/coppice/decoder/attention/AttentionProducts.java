package dev.coppice.decoder.attention;

import dev.coppice.decoder.kernel.AttentionKernels;

/**
 * Computes the two products of attention, one rectangle of the plan at a time.
 *
 * <p>Every sum runs in rising order with one fused multiply-add per term, however many rows and blocks
 * are computed beside it. That one rule is what makes attention give the same bits for a row alone and
 * for a row among others, and for both ways to compute.
 *
 * @thread one at a time.
 */
interface AttentionProducts {
  /** Columns beyond the last slot of a row that may be written to. */
  int SLACK = 2 * AttentionKernels.WIDTH;

  /** Set to {@code vector}, it chooses Java, which checks every index: for the search of a fault. */
  String PROPERTY = "coppice.attention";

  /**
   * Makes products.
   *
   * @return those in machine code, or those in Java where the machine has none or the property {@value
   *     #PROPERTY} asks for it.
   */
  static AttentionProducts open() {
    final AttentionKernels kernels = kernels();
    return kernels == null ? new VectorProducts() : new KernelProducts(kernels);
  }

  /** Returns the machine code to use, or null for Java. */
  static AttentionKernels kernels() {
    final boolean checked = "vector".equals(System.getProperty(PROPERTY));
    return checked ? null : AttentionKernels.open();
  }

  /**
   * Prepares for a slab.
   *
   * @param plan of the slab.
   * @param pool of blocks.
   */
  void prepare(AttentionPlan plan, KvPool pool);

  /**
   * Names rows in an array.
   *
   * @param values that hold them.
   * @param offset of the first.
   * @param stride from row to row.
   * @param count of them.
   */
  record Rows(float[] values, int offset, int stride, int count) {}

  /**
   * Names what is computed.
   *
   * @param layer from 0.
   * @param head from 0.
   * @param rectangle of the plan.
   */
  record Part(int layer, int head, int rectangle) {}

  /**
   * Scores the rows of a rectangle.
   *
   * @param part that is computed.
   * @param queries of all rows.
   * @param scores to fill, a column per position.
   */
  void score(Part part, Rows queries, Rows scores);

  /**
   * Adds the values that a rectangle's rows see.
   *
   * @param part that is computed.
   * @param weights a column per position.
   * @param sums to add to.
   */
  void weigh(Part part, Rows weights, Rows sums);

  /** Lets go of the pool, so that another may take its memory. */
  void release();
}
