package dev.coppice.decoder.attention;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Multiplies queries with transposed keys: {@code C[i][n] = sum over k of A[i][k] * B[k][n]}.
 *
 * <p>Every element sums over {@code k} in rising order with one fused multiply-add each, however
 * many rows and columns are computed beside it. That one rule is what makes attention give the same
 * bits for a row alone and for a row among others.
 *
 * <p>Columns come as whole vectors. The kernels call the vector API directly, since HotSpot stops inlining
 * helpers in large methods and then boxes every vector.
 *
 * @thread one at a time.
 */
final class ScoreKernel {
  private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;

  /** Columns are padded to a multiple of this. */
  static final int WIDTH = LANES.length();

  private float[] left;
  private int leftOffset;
  private int leftStride;
  private float[] right;
  private int rightStride;
  private float[] sum;
  private int sumOffset;
  private int sumStride;
  private int depth;
  private int[] from = new int[64];
  private int[] to = new int[64];
  private int columns;

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

  void right(final float[] values, final int stride) {
    right = values;
    rightStride = stride;
    columns = 0;
  }

  void sum(final float[] values, final int offset, final int stride) {
    sum = values;
    sumOffset = offset;
    sumStride = stride;
  }

  /**
   * Adds columns.
   *
   * @param rightOffset of the first of them in B.
   * @param sumColumn of the first of them in C.
   * @param count of them; rounded up to whole vectors, of which later ones overwrite the rest.
   */
  void columns(final int rightOffset, final int sumColumn, final int count) {
    for (int i = 0; i < count; i += WIDTH) {
      if (columns == from.length) {
        from = Arrays.copyOf(from, columns * 2);
        to = Arrays.copyOf(to, columns * 2);
      }
      from[columns] = rightOffset + i;
      to[columns++] = sumColumn + i;
    }
  }

  /**
   * Computes the product.
   *
   * @param rows of A and C.
   * @param newDepth columns of A, rows of B.
   */
  void multiply(final int rows, final int newDepth) {
    depth = newDepth;
    int row = 0;
    for (; rows - row >= 3 && rows - row != 4; row += 3) {
      int column = 0;
      for (; column + 4 <= columns; column += 4) {
        threeWide(row, column);
      }
      for (; column + 2 <= columns; column += 2) {
        threePair(row, column);
      }
      for (; column < columns; column++) {
        threeNarrow(row, column);
      }
    }
    for (; row + 2 <= rows; row += 2) {
      int column = 0;
      for (; column + 4 <= columns; column += 4) {
        twoWide(row, column);
      }
      for (; column + 2 <= columns; column += 2) {
        twoPair(row, column);
      }
      for (; column < columns; column++) {
        twoNarrow(row, column);
      }
    }
    for (; row < rows; row++) {
      int column = 0;
      for (; column + 4 <= columns; column += 4) {
        oneWide(row, column);
      }
      for (; column + 2 <= columns; column += 2) {
        onePair(row, column);
      }
      for (; column < columns; column++) {
        oneNarrow(row, column);
      }
    }
  }

  private void threeWide(final int row, final int column) {
    final float[] a = left;
    final float[] b = right;
    final int ldb = rightStride;
    final int lda = leftStride;
    final int a0 = leftOffset + row * leftStride;
    final int b0 = from[column];
    final int b1 = from[column + 1];
    final int b2 = from[column + 2];
    final int b3 = from[column + 3];
    FloatVector s00 = FloatVector.zero(LANES);
    FloatVector s01 = FloatVector.zero(LANES);
    FloatVector s02 = FloatVector.zero(LANES);
    FloatVector s03 = FloatVector.zero(LANES);
    FloatVector s10 = FloatVector.zero(LANES);
    FloatVector s11 = FloatVector.zero(LANES);
    FloatVector s12 = FloatVector.zero(LANES);
    FloatVector s13 = FloatVector.zero(LANES);
    FloatVector s20 = FloatVector.zero(LANES);
    FloatVector s21 = FloatVector.zero(LANES);
    FloatVector s22 = FloatVector.zero(LANES);
    FloatVector s23 = FloatVector.zero(LANES);
    for (int k = 0; k < depth; k++) {
      final FloatVector v0 = FloatVector.fromArray(LANES, b, b0 + k * ldb);
      final FloatVector v1 = FloatVector.fromArray(LANES, b, b1 + k * ldb);
      final FloatVector v2 = FloatVector.fromArray(LANES, b, b2 + k * ldb);
      final FloatVector v3 = FloatVector.fromArray(LANES, b, b3 + k * ldb);
      final FloatVector w0 = FloatVector.broadcast(LANES, a[a0 + k]);
      s00 = w0.fma(v0, s00);
      s01 = w0.fma(v1, s01);
      s02 = w0.fma(v2, s02);
      s03 = w0.fma(v3, s03);
      final FloatVector w1 = FloatVector.broadcast(LANES, a[a0 + lda + k]);
      s10 = w1.fma(v0, s10);
      s11 = w1.fma(v1, s11);
      s12 = w1.fma(v2, s12);
      s13 = w1.fma(v3, s13);
      final FloatVector w2 = FloatVector.broadcast(LANES, a[a0 + 2 * lda + k]);
      s20 = w2.fma(v0, s20);
      s21 = w2.fma(v1, s21);
      s22 = w2.fma(v2, s22);
      s23 = w2.fma(v3, s23);
    }
    final int c0 = sumOffset + row * sumStride;
    s00.intoArray(sum, c0 + to[column]);
    s01.intoArray(sum, c0 + to[column + 1]);
    s02.intoArray(sum, c0 + to[column + 2]);
    s03.intoArray(sum, c0 + to[column + 3]);
    final int c1 = c0 + sumStride;
    s10.intoArray(sum, c1 + to[column]);
    s11.intoArray(sum, c1 + to[column + 1]);
    s12.intoArray(sum, c1 + to[column + 2]);
    s13.intoArray(sum, c1 + to[column + 3]);
    final int c2 = c1 + sumStride;
    s20.intoArray(sum, c2 + to[column]);
    s21.intoArray(sum, c2 + to[column + 1]);
    s22.intoArray(sum, c2 + to[column + 2]);
    s23.intoArray(sum, c2 + to[column + 3]);
  }

  private void threePair(final int row, final int column) {
    final float[] a = left;
    final float[] b = right;
    final int ldb = rightStride;
    final int lda = leftStride;
    final int a0 = leftOffset + row * leftStride;
    final int b0 = from[column];
    final int b1 = from[column + 1];
    FloatVector s00 = FloatVector.zero(LANES);
    FloatVector s01 = FloatVector.zero(LANES);
    FloatVector s10 = FloatVector.zero(LANES);
    FloatVector s11 = FloatVector.zero(LANES);
    FloatVector s20 = FloatVector.zero(LANES);
    FloatVector s21 = FloatVector.zero(LANES);
    for (int k = 0; k < depth; k++) {
      final FloatVector v0 = FloatVector.fromArray(LANES, b, b0 + k * ldb);
      final FloatVector v1 = FloatVector.fromArray(LANES, b, b1 + k * ldb);
      final FloatVector w0 = FloatVector.broadcast(LANES, a[a0 + k]);
      s00 = w0.fma(v0, s00);
      s01 = w0.fma(v1, s01);
      final FloatVector w1 = FloatVector.broadcast(LANES, a[a0 + lda + k]);
      s10 = w1.fma(v0, s10);
      s11 = w1.fma(v1, s11);
      final FloatVector w2 = FloatVector.broadcast(LANES, a[a0 + 2 * lda + k]);
      s20 = w2.fma(v0, s20);
      s21 = w2.fma(v1, s21);
    }
    final int c0 = sumOffset + row * sumStride;
    s00.intoArray(sum, c0 + to[column]);
    s01.intoArray(sum, c0 + to[column + 1]);
    final int c1 = c0 + sumStride;
    s10.intoArray(sum, c1 + to[column]);
    s11.intoArray(sum, c1 + to[column + 1]);
    final int c2 = c1 + sumStride;
    s20.intoArray(sum, c2 + to[column]);
    s21.intoArray(sum, c2 + to[column + 1]);
  }

  private void threeNarrow(final int row, final int column) {
    final float[] a = left;
    final float[] b = right;
    final int ldb = rightStride;
    final int lda = leftStride;
    final int a0 = leftOffset + row * leftStride;
    final int b0 = from[column];
    FloatVector s00 = FloatVector.zero(LANES);
    FloatVector s10 = FloatVector.zero(LANES);
    FloatVector s20 = FloatVector.zero(LANES);
    for (int k = 0; k < depth; k++) {
      final FloatVector v0 = FloatVector.fromArray(LANES, b, b0 + k * ldb);
      final FloatVector w0 = FloatVector.broadcast(LANES, a[a0 + k]);
      s00 = w0.fma(v0, s00);
      final FloatVector w1 = FloatVector.broadcast(LANES, a[a0 + lda + k]);
      s10 = w1.fma(v0, s10);
      final FloatVector w2 = FloatVector.broadcast(LANES, a[a0 + 2 * lda + k]);
      s20 = w2.fma(v0, s20);
    }
    final int c0 = sumOffset + row * sumStride;
    s00.intoArray(sum, c0 + to[column]);
    final int c1 = c0 + sumStride;
    s10.intoArray(sum, c1 + to[column]);
    final int c2 = c1 + sumStride;
    s20.intoArray(sum, c2 + to[column]);
  }

  private void twoWide(final int row, final int column) {
    final float[] a = left;
    final float[] b = right;
    final int ldb = rightStride;
    final int lda = leftStride;
    final int a0 = leftOffset + row * leftStride;
    final int b0 = from[column];
    final int b1 = from[column + 1];
    final int b2 = from[column + 2];
    final int b3 = from[column + 3];
    FloatVector s00 = FloatVector.zero(LANES);
    FloatVector s01 = FloatVector.zero(LANES);
    FloatVector s02 = FloatVector.zero(LANES);
    FloatVector s03 = FloatVector.zero(LANES);
    FloatVector s10 = FloatVector.zero(LANES);
    FloatVector s11 = FloatVector.zero(LANES);
    FloatVector s12 = FloatVector.zero(LANES);
    FloatVector s13 = FloatVector.zero(LANES);
    for (int k = 0; k < depth; k++) {
      final FloatVector v0 = FloatVector.fromArray(LANES, b, b0 + k * ldb);
      final FloatVector v1 = FloatVector.fromArray(LANES, b, b1 + k * ldb);
      final FloatVector v2 = FloatVector.fromArray(LANES, b, b2 + k * ldb);
      final FloatVector v3 = FloatVector.fromArray(LANES, b, b3 + k * ldb);
      final FloatVector w0 = FloatVector.broadcast(LANES, a[a0 + k]);
      s00 = w0.fma(v0, s00);
      s01 = w0.fma(v1, s01);
      s02 = w0.fma(v2, s02);
      s03 = w0.fma(v3, s03);
      final FloatVector w1 = FloatVector.broadcast(LANES, a[a0 + lda + k]);
      s10 = w1.fma(v0, s10);
      s11 = w1.fma(v1, s11);
      s12 = w1.fma(v2, s12);
      s13 = w1.fma(v3, s13);
    }
    final int c0 = sumOffset + row * sumStride;
    s00.intoArray(sum, c0 + to[column]);
    s01.intoArray(sum, c0 + to[column + 1]);
    s02.intoArray(sum, c0 + to[column + 2]);
    s03.intoArray(sum, c0 + to[column + 3]);
    final int c1 = c0 + sumStride;
    s10.intoArray(sum, c1 + to[column]);
    s11.intoArray(sum, c1 + to[column + 1]);
    s12.intoArray(sum, c1 + to[column + 2]);
    s13.intoArray(sum, c1 + to[column + 3]);
  }

  private void twoPair(final int row, final int column) {
    final float[] a = left;
    final float[] b = right;
    final int ldb = rightStride;
    final int lda = leftStride;
    final int a0 = leftOffset + row * leftStride;
    final int b0 = from[column];
    final int b1 = from[column + 1];
    FloatVector s00 = FloatVector.zero(LANES);
    FloatVector s01 = FloatVector.zero(LANES);
    FloatVector s10 = FloatVector.zero(LANES);
    FloatVector s11 = FloatVector.zero(LANES);
    for (int k = 0; k < depth; k++) {
      final FloatVector v0 = FloatVector.fromArray(LANES, b, b0 + k * ldb);
      final FloatVector v1 = FloatVector.fromArray(LANES, b, b1 + k * ldb);
      final FloatVector w0 = FloatVector.broadcast(LANES, a[a0 + k]);
      s00 = w0.fma(v0, s00);
      s01 = w0.fma(v1, s01);
      final FloatVector w1 = FloatVector.broadcast(LANES, a[a0 + lda + k]);
      s10 = w1.fma(v0, s10);
      s11 = w1.fma(v1, s11);
    }
    final int c0 = sumOffset + row * sumStride;
    s00.intoArray(sum, c0 + to[column]);
    s01.intoArray(sum, c0 + to[column + 1]);
    final int c1 = c0 + sumStride;
    s10.intoArray(sum, c1 + to[column]);
    s11.intoArray(sum, c1 + to[column + 1]);
  }

  private void twoNarrow(final int row, final int column) {
    final float[] a = left;
    final float[] b = right;
    final int ldb = rightStride;
    final int lda = leftStride;
    final int a0 = leftOffset + row * leftStride;
    final int b0 = from[column];
    FloatVector s00 = FloatVector.zero(LANES);
    FloatVector s10 = FloatVector.zero(LANES);
    for (int k = 0; k < depth; k++) {
      final FloatVector v0 = FloatVector.fromArray(LANES, b, b0 + k * ldb);
      final FloatVector w0 = FloatVector.broadcast(LANES, a[a0 + k]);
      s00 = w0.fma(v0, s00);
      final FloatVector w1 = FloatVector.broadcast(LANES, a[a0 + lda + k]);
      s10 = w1.fma(v0, s10);
    }
    final int c0 = sumOffset + row * sumStride;
    s00.intoArray(sum, c0 + to[column]);
    final int c1 = c0 + sumStride;
    s10.intoArray(sum, c1 + to[column]);
  }

  private void oneWide(final int row, final int column) {
    final float[] a = left;
    final float[] b = right;
    final int ldb = rightStride;
    final int a0 = leftOffset + row * leftStride;
    final int b0 = from[column];
    final int b1 = from[column + 1];
    final int b2 = from[column + 2];
    final int b3 = from[column + 3];
    FloatVector s00 = FloatVector.zero(LANES);
    FloatVector s01 = FloatVector.zero(LANES);
    FloatVector s02 = FloatVector.zero(LANES);
    FloatVector s03 = FloatVector.zero(LANES);
    for (int k = 0; k < depth; k++) {
      final FloatVector v0 = FloatVector.fromArray(LANES, b, b0 + k * ldb);
      final FloatVector v1 = FloatVector.fromArray(LANES, b, b1 + k * ldb);
      final FloatVector v2 = FloatVector.fromArray(LANES, b, b2 + k * ldb);
      final FloatVector v3 = FloatVector.fromArray(LANES, b, b3 + k * ldb);
      final FloatVector w0 = FloatVector.broadcast(LANES, a[a0 + k]);
      s00 = w0.fma(v0, s00);
      s01 = w0.fma(v1, s01);
      s02 = w0.fma(v2, s02);
      s03 = w0.fma(v3, s03);
    }
    final int c0 = sumOffset + row * sumStride;
    s00.intoArray(sum, c0 + to[column]);
    s01.intoArray(sum, c0 + to[column + 1]);
    s02.intoArray(sum, c0 + to[column + 2]);
    s03.intoArray(sum, c0 + to[column + 3]);
  }

  private void onePair(final int row, final int column) {
    final float[] a = left;
    final float[] b = right;
    final int ldb = rightStride;
    final int a0 = leftOffset + row * leftStride;
    final int b0 = from[column];
    final int b1 = from[column + 1];
    FloatVector s00 = FloatVector.zero(LANES);
    FloatVector s01 = FloatVector.zero(LANES);
    for (int k = 0; k < depth; k++) {
      final FloatVector v0 = FloatVector.fromArray(LANES, b, b0 + k * ldb);
      final FloatVector v1 = FloatVector.fromArray(LANES, b, b1 + k * ldb);
      final FloatVector w0 = FloatVector.broadcast(LANES, a[a0 + k]);
      s00 = w0.fma(v0, s00);
      s01 = w0.fma(v1, s01);
    }
    final int c0 = sumOffset + row * sumStride;
    s00.intoArray(sum, c0 + to[column]);
    s01.intoArray(sum, c0 + to[column + 1]);
  }

  private void oneNarrow(final int row, final int column) {
    final float[] a = left;
    final float[] b = right;
    final int ldb = rightStride;
    final int a0 = leftOffset + row * leftStride;
    final int b0 = from[column];
    FloatVector s00 = FloatVector.zero(LANES);
    for (int k = 0; k < depth; k++) {
      final FloatVector v0 = FloatVector.fromArray(LANES, b, b0 + k * ldb);
      final FloatVector w0 = FloatVector.broadcast(LANES, a[a0 + k]);
      s00 = w0.fma(v0, s00);
    }
    final int c0 = sumOffset + row * sumStride;
    s00.intoArray(sum, c0 + to[column]);
  }
}
