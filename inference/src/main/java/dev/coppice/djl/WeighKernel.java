package dev.coppice.djl;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Adds weighted values of a run of blocks: {@code C[i][n] += sum over k of A[i][k] * B[k][n]}.
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
  private int step;
  private float[] right;
  private int rightStride;
  private int depth;
  private float[] sum;
  private int sumOffset;
  private int sumStride;
  private int[] from = new int[64];
  private int blocks;

  /**
   * Sets the weights.
   *
   * @param values holding them.
   * @param offset of the first.
   * @param stride from row to row.
   * @param newStep from block to block.
   */
  void left(final float[] values, final int offset, final int stride, final int newStep) {
    left = values;
    leftOffset = offset;
    leftStride = stride;
    step = newStep;
  }

  /**
   * Sets the values, without blocks yet.
   *
   * @param values holding them.
   * @param stride from slot to slot.
   * @param slots of every block that are added.
   */
  void right(final float[] values, final int stride, final int slots) {
    right = values;
    rightStride = stride;
    depth = slots;
    blocks = 0;
  }

  void sum(final float[] values, final int offset, final int stride) {
    sum = values;
    sumOffset = offset;
    sumStride = stride;
  }

  /**
   * Adds a block.
   *
   * @param offset of its first slot that is added.
   */
  void block(final int offset) {
    if (blocks == from.length) {
      from = Arrays.copyOf(from, blocks * 2);
    }
    from[blocks++] = offset;
  }

  /**
   * Adds the blocks.
   *
   * @param rows of A and C.
   * @param columns of C, a multiple of the width of a vector.
   */
  void add(final int rows, final int columns) {
    int row = 0;
    for (; row + 4 <= rows; row += 4) {
      int column = 0;
      for (; column + 4 * WIDTH <= columns; column += 4 * WIDTH) {
        fourWidest(row, column);
      }
      for (; column + 2 * WIDTH <= columns; column += 2 * WIDTH) {
        fourWide(row, column);
      }
      if (column < columns) {
        fourNarrow(row, column);
      }
    }
    for (; row + 2 <= rows; row += 2) {
      int column = 0;
      for (; column + 4 * WIDTH <= columns; column += 4 * WIDTH) {
        twoWide(row, column);
      }
      for (; column < columns; column += WIDTH) {
        twoNarrow(row, column);
      }
    }
    if (row < rows) {
      int column = 0;
      for (; column + 4 * WIDTH <= columns; column += 4 * WIDTH) {
        oneWide(row, column);
      }
      for (; column < columns; column += WIDTH) {
        oneNarrow(row, column);
      }
    }
  }

  private void fourWidest(final int row, final int column) {
    final float[] a = left;
    final float[] b = right;
    final float[] c = sum;
    final int ldb = rightStride;
    final int lda = leftStride;
    final int c0 = sumOffset + row * sumStride + column;
    final int c1 = c0 + sumStride;
    final int c2 = c1 + sumStride;
    final int c3 = c2 + sumStride;
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
    FloatVector s30 = FloatVector.fromArray(LANES, c, c3);
    FloatVector s31 = FloatVector.fromArray(LANES, c, c3 + WIDTH);
    FloatVector s32 = FloatVector.fromArray(LANES, c, c3 + 2 * WIDTH);
    FloatVector s33 = FloatVector.fromArray(LANES, c, c3 + 3 * WIDTH);
    for (int block = 0; block < blocks; block++) {
      int a0 = leftOffset + row * leftStride + block * step;
      int b0 = from[block] + column;
      for (int k = 0; k < depth; k++) {
        final FloatVector v0 = FloatVector.fromArray(LANES, b, b0);
        final FloatVector v1 = FloatVector.fromArray(LANES, b, b0 + WIDTH);
        final FloatVector v2 = FloatVector.fromArray(LANES, b, b0 + 2 * WIDTH);
        final FloatVector v3 = FloatVector.fromArray(LANES, b, b0 + 3 * WIDTH);
        final FloatVector w0 = FloatVector.broadcast(LANES, a[a0]);
        s00 = w0.fma(v0, s00);
        s01 = w0.fma(v1, s01);
        s02 = w0.fma(v2, s02);
        s03 = w0.fma(v3, s03);
        final FloatVector w1 = FloatVector.broadcast(LANES, a[a0 + lda]);
        s10 = w1.fma(v0, s10);
        s11 = w1.fma(v1, s11);
        s12 = w1.fma(v2, s12);
        s13 = w1.fma(v3, s13);
        final FloatVector w2 = FloatVector.broadcast(LANES, a[a0 + 2 * lda]);
        s20 = w2.fma(v0, s20);
        s21 = w2.fma(v1, s21);
        s22 = w2.fma(v2, s22);
        s23 = w2.fma(v3, s23);
        final FloatVector w3 = FloatVector.broadcast(LANES, a[a0 + 3 * lda]);
        s30 = w3.fma(v0, s30);
        s31 = w3.fma(v1, s31);
        s32 = w3.fma(v2, s32);
        s33 = w3.fma(v3, s33);
        a0++;
        b0 += ldb;
      }
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
    s30.intoArray(c, c3);
    s31.intoArray(c, c3 + WIDTH);
    s32.intoArray(c, c3 + 2 * WIDTH);
    s33.intoArray(c, c3 + 3 * WIDTH);
  }

  private void fourWide(final int row, final int column) {
    final float[] a = left;
    final float[] b = right;
    final float[] c = sum;
    final int ldb = rightStride;
    final int lda = leftStride;
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
    for (int block = 0; block < blocks; block++) {
      int a0 = leftOffset + row * leftStride + block * step;
      int b0 = from[block] + column;
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

  private void fourNarrow(final int row, final int column) {
    final float[] a = left;
    final float[] b = right;
    final float[] c = sum;
    final int ldb = rightStride;
    final int lda = leftStride;
    final int c0 = sumOffset + row * sumStride + column;
    final int c1 = c0 + sumStride;
    final int c2 = c1 + sumStride;
    final int c3 = c2 + sumStride;
    FloatVector s00 = FloatVector.fromArray(LANES, c, c0);
    FloatVector s10 = FloatVector.fromArray(LANES, c, c1);
    FloatVector s20 = FloatVector.fromArray(LANES, c, c2);
    FloatVector s30 = FloatVector.fromArray(LANES, c, c3);
    for (int block = 0; block < blocks; block++) {
      int a0 = leftOffset + row * leftStride + block * step;
      int b0 = from[block] + column;
      for (int k = 0; k < depth; k++) {
        final FloatVector v0 = FloatVector.fromArray(LANES, b, b0);
        final FloatVector w0 = FloatVector.broadcast(LANES, a[a0]);
        s00 = w0.fma(v0, s00);
        final FloatVector w1 = FloatVector.broadcast(LANES, a[a0 + lda]);
        s10 = w1.fma(v0, s10);
        final FloatVector w2 = FloatVector.broadcast(LANES, a[a0 + 2 * lda]);
        s20 = w2.fma(v0, s20);
        final FloatVector w3 = FloatVector.broadcast(LANES, a[a0 + 3 * lda]);
        s30 = w3.fma(v0, s30);
        a0++;
        b0 += ldb;
      }
    }
    s00.intoArray(c, c0);
    s10.intoArray(c, c1);
    s20.intoArray(c, c2);
    s30.intoArray(c, c3);
  }

  private void twoWide(final int row, final int column) {
    final float[] a = left;
    final float[] b = right;
    final float[] c = sum;
    final int ldb = rightStride;
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
    for (int block = 0; block < blocks; block++) {
      int a0 = leftOffset + row * leftStride + block * step;
      int b0 = from[block] + column;
      for (int k = 0; k < depth; k++) {
        final FloatVector v0 = FloatVector.fromArray(LANES, b, b0);
        final FloatVector v1 = FloatVector.fromArray(LANES, b, b0 + WIDTH);
        final FloatVector v2 = FloatVector.fromArray(LANES, b, b0 + 2 * WIDTH);
        final FloatVector v3 = FloatVector.fromArray(LANES, b, b0 + 3 * WIDTH);
        final FloatVector w0 = FloatVector.broadcast(LANES, a[a0]);
        s00 = w0.fma(v0, s00);
        s01 = w0.fma(v1, s01);
        s02 = w0.fma(v2, s02);
        s03 = w0.fma(v3, s03);
        final FloatVector w1 = FloatVector.broadcast(LANES, a[a0 + lda]);
        s10 = w1.fma(v0, s10);
        s11 = w1.fma(v1, s11);
        s12 = w1.fma(v2, s12);
        s13 = w1.fma(v3, s13);
        a0++;
        b0 += ldb;
      }
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

  private void twoNarrow(final int row, final int column) {
    final float[] a = left;
    final float[] b = right;
    final float[] c = sum;
    final int ldb = rightStride;
    final int lda = leftStride;
    final int c0 = sumOffset + row * sumStride + column;
    final int c1 = c0 + sumStride;
    FloatVector s00 = FloatVector.fromArray(LANES, c, c0);
    FloatVector s10 = FloatVector.fromArray(LANES, c, c1);
    for (int block = 0; block < blocks; block++) {
      int a0 = leftOffset + row * leftStride + block * step;
      int b0 = from[block] + column;
      for (int k = 0; k < depth; k++) {
        final FloatVector v0 = FloatVector.fromArray(LANES, b, b0);
        final FloatVector w0 = FloatVector.broadcast(LANES, a[a0]);
        s00 = w0.fma(v0, s00);
        final FloatVector w1 = FloatVector.broadcast(LANES, a[a0 + lda]);
        s10 = w1.fma(v0, s10);
        a0++;
        b0 += ldb;
      }
    }
    s00.intoArray(c, c0);
    s10.intoArray(c, c1);
  }

  private void oneWide(final int row, final int column) {
    final float[] a = left;
    final float[] b = right;
    final float[] c = sum;
    final int ldb = rightStride;
    final int c0 = sumOffset + row * sumStride + column;
    FloatVector s00 = FloatVector.fromArray(LANES, c, c0);
    FloatVector s01 = FloatVector.fromArray(LANES, c, c0 + WIDTH);
    FloatVector s02 = FloatVector.fromArray(LANES, c, c0 + 2 * WIDTH);
    FloatVector s03 = FloatVector.fromArray(LANES, c, c0 + 3 * WIDTH);
    for (int block = 0; block < blocks; block++) {
      int a0 = leftOffset + row * leftStride + block * step;
      int b0 = from[block] + column;
      for (int k = 0; k < depth; k++) {
        final FloatVector v0 = FloatVector.fromArray(LANES, b, b0);
        final FloatVector v1 = FloatVector.fromArray(LANES, b, b0 + WIDTH);
        final FloatVector v2 = FloatVector.fromArray(LANES, b, b0 + 2 * WIDTH);
        final FloatVector v3 = FloatVector.fromArray(LANES, b, b0 + 3 * WIDTH);
        final FloatVector w0 = FloatVector.broadcast(LANES, a[a0]);
        s00 = w0.fma(v0, s00);
        s01 = w0.fma(v1, s01);
        s02 = w0.fma(v2, s02);
        s03 = w0.fma(v3, s03);
        a0++;
        b0 += ldb;
      }
    }
    s00.intoArray(c, c0);
    s01.intoArray(c, c0 + WIDTH);
    s02.intoArray(c, c0 + 2 * WIDTH);
    s03.intoArray(c, c0 + 3 * WIDTH);
  }

  private void oneNarrow(final int row, final int column) {
    final float[] a = left;
    final float[] b = right;
    final float[] c = sum;
    final int ldb = rightStride;
    final int c0 = sumOffset + row * sumStride + column;
    FloatVector s00 = FloatVector.fromArray(LANES, c, c0);
    for (int block = 0; block < blocks; block++) {
      int a0 = leftOffset + row * leftStride + block * step;
      int b0 = from[block] + column;
      for (int k = 0; k < depth; k++) {
        final FloatVector v0 = FloatVector.fromArray(LANES, b, b0);
        final FloatVector w0 = FloatVector.broadcast(LANES, a[a0]);
        s00 = w0.fma(v0, s00);
        a0++;
        b0 += ldb;
      }
    }
    s00.intoArray(c, c0);
  }
}
