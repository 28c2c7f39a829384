package dev.coppice.djl;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Adds a product of two small row-major matrices to a third: {@code C[i][n] += A[i][k] * B[k][n]}.
 *
 * <p>Every element sums over {@code k} in rising order with one fused multiply-add each, whatever
 * the number of rows, columns or lanes. That one rule is what makes attention give the same bits
 * for a row alone and for a row among others.
 *
 * <p>The column count is rounded up to whole vectors: B and C need room for that. The loops call
 * the vector API directly, since HotSpot stops inlining helpers in large methods and then boxes
 * every vector.
 *
 * @thread one at a time.
 */
final class GemmTile {
  private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;

  /** Columns are padded to a multiple of this. */
  static final int WIDTH = LANES.length();

  private float[] left;
  private int leftOffset;
  private int leftStride;
  private float[] right;
  private int rightOffset;
  private int rightStride;
  private float[] sum;
  private int sumOffset;
  private int sumStride;

  /**
   * Rounds a number of columns up.
   *
   * @param columns wanted.
   * @return the columns that are touched.
   */
  static int padded(final int columns) {
    return (columns + WIDTH - 1) / WIDTH * WIDTH;
  }

  void left(final float[] values, final int offset, final int stride) {
    left = values;
    leftOffset = offset;
    leftStride = stride;
  }

  void right(final float[] values, final int offset, final int stride) {
    right = values;
    rightOffset = offset;
    rightStride = stride;
  }

  void sum(final float[] values, final int offset, final int stride) {
    sum = values;
    sumOffset = offset;
    sumStride = stride;
  }

  /**
   * Adds the product.
   *
   * @param rows of A and C.
   * @param columns of B and C.
   * @param depth columns of A, rows of B.
   */
  void add(final int rows, final int columns, final int depth) {
    int row = 0;
    for (; row + 4 <= rows; row += 4) {
      int column = 0;
      for (; column + 2 * WIDTH <= padded(columns); column += 2 * WIDTH) {
        four(row, column, depth);
      }
      if (column < columns) {
        fourNarrow(row, column, depth);
      }
    }
    for (; row < rows; row++) {
      int column = 0;
      for (; column + 4 * WIDTH <= padded(columns); column += 4 * WIDTH) {
        one(row, column, depth);
      }
      for (; column < columns; column += WIDTH) {
        oneNarrow(row, column, depth);
      }
    }
  }

  private void four(final int row, final int column, final int depth) {
    final float[] a = left;
    final float[] b = right;
    final float[] c = sum;
    final int c0 = sumOffset + row * sumStride + column;
    final int c1 = c0 + sumStride;
    final int c2 = c1 + sumStride;
    final int c3 = c2 + sumStride;
    FloatVector s00 = FloatVector.fromArray(LANES, c, c0);
    FloatVector s01 = FloatVector.fromArray(LANES, c, c0 + WIDTH);
    FloatVector s10 = FloatVector.fromArray(LANES, c, c1);
    FloatVector s11 = FloatVector.fromArray(LANES, c, c1 + WIDTH);
    FloatVector s20 = FloatVector.fromArray(LANES, c, c2);
    FloatVector s21 = FloatVector.fromArray(LANES, c, c2 + WIDTH);
    FloatVector s30 = FloatVector.fromArray(LANES, c, c3);
    FloatVector s31 = FloatVector.fromArray(LANES, c, c3 + WIDTH);
    int a0 = leftOffset + row * leftStride;
    final int lda = leftStride;
    final int ldb = rightStride;
    int b0 = rightOffset + column;
    for (int k = 0; k < depth; k++) {
      final FloatVector v0 = FloatVector.fromArray(LANES, b, b0);
      final FloatVector v1 = FloatVector.fromArray(LANES, b, b0 + WIDTH);
      final FloatVector w0 = FloatVector.broadcast(LANES, a[a0]);
      s00 = w0.fma(v0, s00);
      s01 = w0.fma(v1, s01);
      final FloatVector w1 = FloatVector.broadcast(LANES, a[a0 + lda]);
      s10 = w1.fma(v0, s10);
      s11 = w1.fma(v1, s11);
      final FloatVector w2 = FloatVector.broadcast(LANES, a[a0 + 2 * lda]);
      s20 = w2.fma(v0, s20);
      s21 = w2.fma(v1, s21);
      final FloatVector w3 = FloatVector.broadcast(LANES, a[a0 + 3 * lda]);
      s30 = w3.fma(v0, s30);
      s31 = w3.fma(v1, s31);
      a0++;
      b0 += ldb;
    }
    s00.intoArray(c, c0);
    s01.intoArray(c, c0 + WIDTH);
    s10.intoArray(c, c1);
    s11.intoArray(c, c1 + WIDTH);
    s20.intoArray(c, c2);
    s21.intoArray(c, c2 + WIDTH);
    s30.intoArray(c, c3);
    s31.intoArray(c, c3 + WIDTH);
  }

  private void fourNarrow(final int row, final int column, final int depth) {
    final float[] a = left;
    final float[] b = right;
    final float[] c = sum;
    final int c0 = sumOffset + row * sumStride + column;
    final int c1 = c0 + sumStride;
    final int c2 = c1 + sumStride;
    final int c3 = c2 + sumStride;
    FloatVector s0 = FloatVector.fromArray(LANES, c, c0);
    FloatVector s1 = FloatVector.fromArray(LANES, c, c1);
    FloatVector s2 = FloatVector.fromArray(LANES, c, c2);
    FloatVector s3 = FloatVector.fromArray(LANES, c, c3);
    int a0 = leftOffset + row * leftStride;
    final int lda = leftStride;
    final int ldb = rightStride;
    int b0 = rightOffset + column;
    for (int k = 0; k < depth; k++) {
      final FloatVector v = FloatVector.fromArray(LANES, b, b0);
      s0 = FloatVector.broadcast(LANES, a[a0]).fma(v, s0);
      s1 = FloatVector.broadcast(LANES, a[a0 + lda]).fma(v, s1);
      s2 = FloatVector.broadcast(LANES, a[a0 + 2 * lda]).fma(v, s2);
      s3 = FloatVector.broadcast(LANES, a[a0 + 3 * lda]).fma(v, s3);
      a0++;
      b0 += ldb;
    }
    s0.intoArray(c, c0);
    s1.intoArray(c, c1);
    s2.intoArray(c, c2);
    s3.intoArray(c, c3);
  }

  private void one(final int row, final int column, final int depth) {
    final float[] a = left;
    final float[] b = right;
    final float[] c = sum;
    final int c0 = sumOffset + row * sumStride + column;
    FloatVector s0 = FloatVector.fromArray(LANES, c, c0);
    FloatVector s1 = FloatVector.fromArray(LANES, c, c0 + WIDTH);
    FloatVector s2 = FloatVector.fromArray(LANES, c, c0 + 2 * WIDTH);
    FloatVector s3 = FloatVector.fromArray(LANES, c, c0 + 3 * WIDTH);
    int a0 = leftOffset + row * leftStride;
    final int ldb = rightStride;
    int b0 = rightOffset + column;
    for (int k = 0; k < depth; k++) {
      final FloatVector w = FloatVector.broadcast(LANES, a[a0]);
      s0 = w.fma(FloatVector.fromArray(LANES, b, b0), s0);
      s1 = w.fma(FloatVector.fromArray(LANES, b, b0 + WIDTH), s1);
      s2 = w.fma(FloatVector.fromArray(LANES, b, b0 + 2 * WIDTH), s2);
      s3 = w.fma(FloatVector.fromArray(LANES, b, b0 + 3 * WIDTH), s3);
      a0++;
      b0 += ldb;
    }
    s0.intoArray(c, c0);
    s1.intoArray(c, c0 + WIDTH);
    s2.intoArray(c, c0 + 2 * WIDTH);
    s3.intoArray(c, c0 + 3 * WIDTH);
  }

  private void oneNarrow(final int row, final int column, final int depth) {
    final float[] a = left;
    final float[] b = right;
    final int c0 = sumOffset + row * sumStride + column;
    FloatVector s = FloatVector.fromArray(LANES, sum, c0);
    int a0 = leftOffset + row * leftStride;
    final int ldb = rightStride;
    int b0 = rightOffset + column;
    for (int k = 0; k < depth; k++) {
      s = FloatVector.broadcast(LANES, a[a0]).fma(FloatVector.fromArray(LANES, b, b0), s);
      a0++;
      b0 += ldb;
    }
    s.intoArray(sum, c0);
  }
}
