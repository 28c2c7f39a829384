package dev.coppice.decoder.attention;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Adds weighted values: {@code C[i][n] += sum over k of A[i][k] * B[k][n]}.
 *
 * <p>Slots are added in rising order with one fused multiply-add each, whatever the rows beside and
 * wherever one call ends and the next begins. See {@link ScoreKernel} for the form of the code.
 *
 * @thread one at a time.
 */
final class WeighKernel {
  private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
  private static final int WIDTH = LANES.length();

  private float[] left;
  private int leftOffset;
  private int leftStride;
  private float[] right;
  private int rightOffset;
  private int rightStride;
  private int depth;
  private float[] sum;
  private int sumOffset;
  private int sumStride;

  /**
   * Sets the weights.
   *
   * @param values holding them.
   * @param offset of the first.
   * @param stride from row to row.
   */
  void left(final float[] values, final int offset, final int stride) {
    left = values;
    leftOffset = offset;
    leftStride = stride;
  }

  /**
   * Sets the values.
   *
   * @param values holding them.
   * @param offset of the first slot.
   * @param stride from slot to slot.
   * @param slots that are added.
   */
  void right(final float[] values, final int offset, final int stride, final int slots) {
    right = values;
    rightOffset = offset;
    rightStride = stride;
    depth = slots;
  }

  void sum(final float[] values, final int offset, final int stride) {
    sum = values;
    sumOffset = offset;
    sumStride = stride;
  }

  /**
   * Adds the weighted values.
   *
   * @param rows of A and C.
   * @param columns of C, a multiple of the width of a vector.
   */
  void add(final int rows, final int columns) {
    int row = 0;
    for (; rows - row >= 3 && rows - row != 4; row += 3) {
      int column = 0;
      for (; column + 4 * WIDTH <= columns; column += 4 * WIDTH) {
        threeWide(row, column);
      }
      for (; column + 2 * WIDTH <= columns; column += 2 * WIDTH) {
        threePair(row, column);
      }
      for (; column < columns; column += WIDTH) {
        threeNarrow(row, column);
      }
    }
    for (; row + 2 <= rows; row += 2) {
      int column = 0;
      for (; column + 4 * WIDTH <= columns; column += 4 * WIDTH) {
        twoWide(row, column);
      }
      for (; column + 2 * WIDTH <= columns; column += 2 * WIDTH) {
        twoPair(row, column);
      }
      for (; column < columns; column += WIDTH) {
        twoNarrow(row, column);
      }
    }
    for (; row < rows; row++) {
      int column = 0;
      for (; column + 4 * WIDTH <= columns; column += 4 * WIDTH) {
        oneWide(row, column);
      }
      for (; column + 2 * WIDTH <= columns; column += 2 * WIDTH) {
        onePair(row, column);
      }
      for (; column < columns; column += WIDTH) {
        oneNarrow(row, column);
      }
    }
  }

  private void threeWide(final int row, final int column) {
    final float[] a = left;
    final float[] b = right;
    final float[] c = sum;
    final int lda = leftStride;
    final int c0 = sumOffset + row * sumStride + column;
    final int c1 = c0 + sumStride;
    final int c2 = c1 + sumStride;
    FloatVector s00 = FloatVector.fromArray(LANES, c, c0);
    FloatVector s01 = FloatVector.fromArray(LANES, c, c0 + WIDTH);
    FloatVector s02 = FloatVector.fromArray(LANES, c, c0 + 2 * WIDTH);
    FloatVector s03 = FloatVector.fromArray(LANES, c, c0 + 3 * WIDTH);
    FloatVector s10 = FloatVector.fromArray(LANES, c, c1);
    FloatVector s11 = FloatVector.fromArray(LANES, c, c1 + WIDTH);
    FloatVector s12 = FloatVector.fromArray(LANES, c, c1 + 2 * WIDTH);
    FloatVector s13 = FloatVector.fromArray(LANES, c, c1 + 3 * WIDTH);
    FloatVector s20 = FloatVector.fromArray(LANES, c, c2);
    FloatVector s21 = FloatVector.fromArray(LANES, c, c2 + WIDTH);
    FloatVector s22 = FloatVector.fromArray(LANES, c, c2 + 2 * WIDTH);
    FloatVector s23 = FloatVector.fromArray(LANES, c, c2 + 3 * WIDTH);
    final int a0 = leftOffset + row * leftStride;
    int b0 = rightOffset + column;
    for (int k = a0; k < a0 + depth; k++) {
      final FloatVector v0 = FloatVector.fromArray(LANES, b, b0);
      final FloatVector v1 = FloatVector.fromArray(LANES, b, b0 + WIDTH);
      final FloatVector v2 = FloatVector.fromArray(LANES, b, b0 + 2 * WIDTH);
      final FloatVector v3 = FloatVector.fromArray(LANES, b, b0 + 3 * WIDTH);
      final FloatVector w0 = FloatVector.broadcast(LANES, a[k]);
      s00 = w0.fma(v0, s00);
      s01 = w0.fma(v1, s01);
      s02 = w0.fma(v2, s02);
      s03 = w0.fma(v3, s03);
      final FloatVector w1 = FloatVector.broadcast(LANES, a[k + lda]);
      s10 = w1.fma(v0, s10);
      s11 = w1.fma(v1, s11);
      s12 = w1.fma(v2, s12);
      s13 = w1.fma(v3, s13);
      final FloatVector w2 = FloatVector.broadcast(LANES, a[k + 2 * lda]);
      s20 = w2.fma(v0, s20);
      s21 = w2.fma(v1, s21);
      s22 = w2.fma(v2, s22);
      s23 = w2.fma(v3, s23);
      b0 += rightStride;
    }
    s00.intoArray(c, c0);
    s01.intoArray(c, c0 + WIDTH);
    s02.intoArray(c, c0 + 2 * WIDTH);
    s03.intoArray(c, c0 + 3 * WIDTH);
    s10.intoArray(c, c1);
    s11.intoArray(c, c1 + WIDTH);
    s12.intoArray(c, c1 + 2 * WIDTH);
    s13.intoArray(c, c1 + 3 * WIDTH);
    s20.intoArray(c, c2);
    s21.intoArray(c, c2 + WIDTH);
    s22.intoArray(c, c2 + 2 * WIDTH);
    s23.intoArray(c, c2 + 3 * WIDTH);
  }

  private void threePair(final int row, final int column) {
    final float[] a = left;
    final float[] b = right;
    final float[] c = sum;
    final int lda = leftStride;
    final int c0 = sumOffset + row * sumStride + column;
    final int c1 = c0 + sumStride;
    final int c2 = c1 + sumStride;
    FloatVector s00 = FloatVector.fromArray(LANES, c, c0);
    FloatVector s01 = FloatVector.fromArray(LANES, c, c0 + WIDTH);
    FloatVector s10 = FloatVector.fromArray(LANES, c, c1);
    FloatVector s11 = FloatVector.fromArray(LANES, c, c1 + WIDTH);
    FloatVector s20 = FloatVector.fromArray(LANES, c, c2);
    FloatVector s21 = FloatVector.fromArray(LANES, c, c2 + WIDTH);
    final int a0 = leftOffset + row * leftStride;
    int b0 = rightOffset + column;
    for (int k = a0; k < a0 + depth; k++) {
      final FloatVector v0 = FloatVector.fromArray(LANES, b, b0);
      final FloatVector v1 = FloatVector.fromArray(LANES, b, b0 + WIDTH);
      final FloatVector w0 = FloatVector.broadcast(LANES, a[k]);
      s00 = w0.fma(v0, s00);
      s01 = w0.fma(v1, s01);
      final FloatVector w1 = FloatVector.broadcast(LANES, a[k + lda]);
      s10 = w1.fma(v0, s10);
      s11 = w1.fma(v1, s11);
      final FloatVector w2 = FloatVector.broadcast(LANES, a[k + 2 * lda]);
      s20 = w2.fma(v0, s20);
      s21 = w2.fma(v1, s21);
      b0 += rightStride;
    }
    s00.intoArray(c, c0);
    s01.intoArray(c, c0 + WIDTH);
    s10.intoArray(c, c1);
    s11.intoArray(c, c1 + WIDTH);
    s20.intoArray(c, c2);
    s21.intoArray(c, c2 + WIDTH);
  }

  private void threeNarrow(final int row, final int column) {
    final float[] a = left;
    final float[] b = right;
    final float[] c = sum;
    final int lda = leftStride;
    final int c0 = sumOffset + row * sumStride + column;
    final int c1 = c0 + sumStride;
    final int c2 = c1 + sumStride;
    FloatVector s00 = FloatVector.fromArray(LANES, c, c0);
    FloatVector s10 = FloatVector.fromArray(LANES, c, c1);
    FloatVector s20 = FloatVector.fromArray(LANES, c, c2);
    final int a0 = leftOffset + row * leftStride;
    int b0 = rightOffset + column;
    for (int k = a0; k < a0 + depth; k++) {
      final FloatVector v0 = FloatVector.fromArray(LANES, b, b0);
      final FloatVector w0 = FloatVector.broadcast(LANES, a[k]);
      s00 = w0.fma(v0, s00);
      final FloatVector w1 = FloatVector.broadcast(LANES, a[k + lda]);
      s10 = w1.fma(v0, s10);
      final FloatVector w2 = FloatVector.broadcast(LANES, a[k + 2 * lda]);
      s20 = w2.fma(v0, s20);
      b0 += rightStride;
    }
    s00.intoArray(c, c0);
    s10.intoArray(c, c1);
    s20.intoArray(c, c2);
  }

  private void twoWide(final int row, final int column) {
    final float[] a = left;
    final float[] b = right;
    final float[] c = sum;
    final int lda = leftStride;
    final int c0 = sumOffset + row * sumStride + column;
    final int c1 = c0 + sumStride;
    FloatVector s00 = FloatVector.fromArray(LANES, c, c0);
    FloatVector s01 = FloatVector.fromArray(LANES, c, c0 + WIDTH);
    FloatVector s02 = FloatVector.fromArray(LANES, c, c0 + 2 * WIDTH);
    FloatVector s03 = FloatVector.fromArray(LANES, c, c0 + 3 * WIDTH);
    FloatVector s10 = FloatVector.fromArray(LANES, c, c1);
    FloatVector s11 = FloatVector.fromArray(LANES, c, c1 + WIDTH);
    FloatVector s12 = FloatVector.fromArray(LANES, c, c1 + 2 * WIDTH);
    FloatVector s13 = FloatVector.fromArray(LANES, c, c1 + 3 * WIDTH);
    final int a0 = leftOffset + row * leftStride;
    int b0 = rightOffset + column;
    for (int k = a0; k < a0 + depth; k++) {
      final FloatVector v0 = FloatVector.fromArray(LANES, b, b0);
      final FloatVector v1 = FloatVector.fromArray(LANES, b, b0 + WIDTH);
      final FloatVector v2 = FloatVector.fromArray(LANES, b, b0 + 2 * WIDTH);
      final FloatVector v3 = FloatVector.fromArray(LANES, b, b0 + 3 * WIDTH);
      final FloatVector w0 = FloatVector.broadcast(LANES, a[k]);
      s00 = w0.fma(v0, s00);
      s01 = w0.fma(v1, s01);
      s02 = w0.fma(v2, s02);
      s03 = w0.fma(v3, s03);
      final FloatVector w1 = FloatVector.broadcast(LANES, a[k + lda]);
      s10 = w1.fma(v0, s10);
      s11 = w1.fma(v1, s11);
      s12 = w1.fma(v2, s12);
      s13 = w1.fma(v3, s13);
      b0 += rightStride;
    }
    s00.intoArray(c, c0);
    s01.intoArray(c, c0 + WIDTH);
    s02.intoArray(c, c0 + 2 * WIDTH);
    s03.intoArray(c, c0 + 3 * WIDTH);
    s10.intoArray(c, c1);
    s11.intoArray(c, c1 + WIDTH);
    s12.intoArray(c, c1 + 2 * WIDTH);
    s13.intoArray(c, c1 + 3 * WIDTH);
  }

  private void twoPair(final int row, final int column) {
    final float[] a = left;
    final float[] b = right;
    final float[] c = sum;
    final int lda = leftStride;
    final int c0 = sumOffset + row * sumStride + column;
    final int c1 = c0 + sumStride;
    FloatVector s00 = FloatVector.fromArray(LANES, c, c0);
    FloatVector s01 = FloatVector.fromArray(LANES, c, c0 + WIDTH);
    FloatVector s10 = FloatVector.fromArray(LANES, c, c1);
    FloatVector s11 = FloatVector.fromArray(LANES, c, c1 + WIDTH);
    final int a0 = leftOffset + row * leftStride;
    int b0 = rightOffset + column;
    for (int k = a0; k < a0 + depth; k++) {
      final FloatVector v0 = FloatVector.fromArray(LANES, b, b0);
      final FloatVector v1 = FloatVector.fromArray(LANES, b, b0 + WIDTH);
      final FloatVector w0 = FloatVector.broadcast(LANES, a[k]);
      s00 = w0.fma(v0, s00);
      s01 = w0.fma(v1, s01);
      final FloatVector w1 = FloatVector.broadcast(LANES, a[k + lda]);
      s10 = w1.fma(v0, s10);
      s11 = w1.fma(v1, s11);
      b0 += rightStride;
    }
    s00.intoArray(c, c0);
    s01.intoArray(c, c0 + WIDTH);
    s10.intoArray(c, c1);
    s11.intoArray(c, c1 + WIDTH);
  }

  private void twoNarrow(final int row, final int column) {
    final float[] a = left;
    final float[] b = right;
    final float[] c = sum;
    final int lda = leftStride;
    final int c0 = sumOffset + row * sumStride + column;
    final int c1 = c0 + sumStride;
    FloatVector s00 = FloatVector.fromArray(LANES, c, c0);
    FloatVector s10 = FloatVector.fromArray(LANES, c, c1);
    final int a0 = leftOffset + row * leftStride;
    int b0 = rightOffset + column;
    for (int k = a0; k < a0 + depth; k++) {
      final FloatVector v0 = FloatVector.fromArray(LANES, b, b0);
      final FloatVector w0 = FloatVector.broadcast(LANES, a[k]);
      s00 = w0.fma(v0, s00);
      final FloatVector w1 = FloatVector.broadcast(LANES, a[k + lda]);
      s10 = w1.fma(v0, s10);
      b0 += rightStride;
    }
    s00.intoArray(c, c0);
    s10.intoArray(c, c1);
  }

  private void oneWide(final int row, final int column) {
    final float[] a = left;
    final float[] b = right;
    final float[] c = sum;
    final int c0 = sumOffset + row * sumStride + column;
    FloatVector s00 = FloatVector.fromArray(LANES, c, c0);
    FloatVector s01 = FloatVector.fromArray(LANES, c, c0 + WIDTH);
    FloatVector s02 = FloatVector.fromArray(LANES, c, c0 + 2 * WIDTH);
    FloatVector s03 = FloatVector.fromArray(LANES, c, c0 + 3 * WIDTH);
    final int a0 = leftOffset + row * leftStride;
    int b0 = rightOffset + column;
    for (int k = a0; k < a0 + depth; k++) {
      final FloatVector v0 = FloatVector.fromArray(LANES, b, b0);
      final FloatVector v1 = FloatVector.fromArray(LANES, b, b0 + WIDTH);
      final FloatVector v2 = FloatVector.fromArray(LANES, b, b0 + 2 * WIDTH);
      final FloatVector v3 = FloatVector.fromArray(LANES, b, b0 + 3 * WIDTH);
      final FloatVector w0 = FloatVector.broadcast(LANES, a[k]);
      s00 = w0.fma(v0, s00);
      s01 = w0.fma(v1, s01);
      s02 = w0.fma(v2, s02);
      s03 = w0.fma(v3, s03);
      b0 += rightStride;
    }
    s00.intoArray(c, c0);
    s01.intoArray(c, c0 + WIDTH);
    s02.intoArray(c, c0 + 2 * WIDTH);
    s03.intoArray(c, c0 + 3 * WIDTH);
  }

  private void onePair(final int row, final int column) {
    final float[] a = left;
    final float[] b = right;
    final float[] c = sum;
    final int c0 = sumOffset + row * sumStride + column;
    FloatVector s00 = FloatVector.fromArray(LANES, c, c0);
    FloatVector s01 = FloatVector.fromArray(LANES, c, c0 + WIDTH);
    final int a0 = leftOffset + row * leftStride;
    int b0 = rightOffset + column;
    for (int k = a0; k < a0 + depth; k++) {
      final FloatVector v0 = FloatVector.fromArray(LANES, b, b0);
      final FloatVector v1 = FloatVector.fromArray(LANES, b, b0 + WIDTH);
      final FloatVector w0 = FloatVector.broadcast(LANES, a[k]);
      s00 = w0.fma(v0, s00);
      s01 = w0.fma(v1, s01);
      b0 += rightStride;
    }
    s00.intoArray(c, c0);
    s01.intoArray(c, c0 + WIDTH);
  }

  private void oneNarrow(final int row, final int column) {
    final float[] a = left;
    final float[] b = right;
    final float[] c = sum;
    final int c0 = sumOffset + row * sumStride + column;
    FloatVector s00 = FloatVector.fromArray(LANES, c, c0);
    final int a0 = leftOffset + row * leftStride;
    int b0 = rightOffset + column;
    for (int k = a0; k < a0 + depth; k++) {
      final FloatVector v0 = FloatVector.fromArray(LANES, b, b0);
      final FloatVector w0 = FloatVector.broadcast(LANES, a[k]);
      s00 = w0.fma(v0, s00);
      b0 += rightStride;
    }
    s00.intoArray(c, c0);
  }
}
