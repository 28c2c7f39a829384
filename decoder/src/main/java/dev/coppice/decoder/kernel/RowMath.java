package dev.coppice.decoder.kernel;

import dev.coppice.decoder.files.TensorType;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Computes norms and exponentials of single rows in one fixed order of operations.
 *
 * <p>Sums run lane by lane and are then added from lane 0 upwards: {@code reduceLanes} leaves the
 * order open, and the platform's vector exponential differs from its scalar one, so either would
 * give other bits once the method is compiled.
 *
 * @thread one at a time; the lanes are scratch.
 */
public final class RowMath {
  private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
  private static final int WIDTH = LANES.length();
  private static final VectorSpecies<Short> HALVES =
      VectorSpecies.of(short.class, VectorShape.forBitSize(LANES.vectorBitSize() / 2));

  /** A quiet NaN of bf16. */
  private static final int NAN = 0x7FC0;

  /** Adding this leaves a number's nearest whole number in the low bits of the significand. */
  private static final float ROUND = 0x1.8p23f;

  private static final float LOG2_E = 1.44269504f;
  private static final float LN2_HIGH = 0.693359375f;
  private static final float LN2_LOW = -2.12194440e-4f;

  /** Below this the exponential would leave the normal numbers. */
  private static final float SMALLEST = -86f;

  /** Above this it would exceed them. */
  private static final float LARGEST = 86f;

  private final float[] lanes = new float[WIDTH];

  /** Makes the scratch. */
  public RowMath() {}

  /**
   * Computes the factor that brings a row to a root mean square of 1.
   *
   * @param x the row's array.
   * @param offset of the row.
   * @param length of the row.
   * @param eps added to the mean of squares.
   * @return {@code 1 / sqrt(mean(x^2) + eps)}.
   */
  public float inverseRootMeanSquare(
      final float[] x, final int offset, final int length, final float eps) {
    FloatVector squares = FloatVector.zero(LANES);
    int i = 0;
    for (; i + WIDTH <= length; i += WIDTH) {
      final FloatVector v = FloatVector.fromArray(LANES, x, offset + i);
      squares = v.fma(v, squares);
    }
    squares.intoArray(lanes, 0);
    float sum = 0;
    for (int lane = 0; lane < WIDTH; lane++) {
      sum += lanes[lane];
    }
    for (; i < length; i++) {
      sum = Math.fma(x[offset + i], x[offset + i], sum);
    }
    return (float) (1 / Math.sqrt(sum / length + eps));
  }

  /**
   * Turns scores into exponentials of their distance to the largest.
   *
   * @param scores the row's array, with room for one more vector behind the row; that room is
   *     overwritten.
   * @param offset of the row.
   * @param length of the row.
   * @return the sum of the exponentials; NaN if a score was.
   */
  public float exponentials(final float[] scores, final int offset, final int length) {
    for (int i = length; i < length + WIDTH; i++) {
      scores[offset + i] = Float.NEGATIVE_INFINITY;
    }
    FloatVector most = FloatVector.fromArray(LANES, scores, offset);
    for (int i = WIDTH; i < length; i += WIDTH) {
      final FloatVector v = FloatVector.fromArray(LANES, scores, offset + i);
      most = most.blend(v, v.compare(VectorOperators.GT, most));
    }
    final float max = most.reduceLanes(VectorOperators.MAX);
    final FloatVector ln2High = FloatVector.broadcast(LANES, -LN2_HIGH);
    final FloatVector ln2Low = FloatVector.broadcast(LANES, -LN2_LOW);
    FloatVector sums = FloatVector.zero(LANES);
    for (int i = 0; i < length; i += WIDTH) {
      final FloatVector far = FloatVector.fromArray(LANES, scores, offset + i).sub(max);
      final FloatVector x = far.blend(SMALLEST, far.compare(VectorOperators.LT, SMALLEST));
      final FloatVector shifted = x.fma(LOG2_E, ROUND);
      final FloatVector whole = shifted.sub(ROUND);
      final FloatVector r = whole.fma(ln2Low, whole.fma(ln2High, x));
      final FloatVector p5 = r.fma(1.9875691500e-4f, 1.3981999507e-3f);
      final FloatVector p4 = p5.fma(r, FloatVector.broadcast(LANES, 8.3334519073e-3f));
      final FloatVector p3 = p4.fma(r, FloatVector.broadcast(LANES, 4.1665795894e-2f));
      final FloatVector p2 = p3.fma(r, FloatVector.broadcast(LANES, 1.6666665459e-1f));
      final FloatVector p1 = p2.fma(r, FloatVector.broadcast(LANES, 5.0000001201e-1f));
      final FloatVector p = p1.fma(r.mul(r), r).add(1f);
      final IntVector power = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
      final FloatVector e = p.reinterpretAsInts().add(power).reinterpretAsFloats();
      e.intoArray(scores, offset + i);
      sums = sums.add(e);
    }
    sums.intoArray(lanes, 0);
    float sum = 0;
    for (int lane = 0; lane < WIDTH; lane++) {
      sum += lanes[lane];
    }
    return sum;
  }

  /**
   * Gates values: {@code g = g / (1 + exp(-g)) * u}, element by element.
   *
   * @param gates array, changed in place.
   * @param offset of the first of them.
   * @param ups array.
   * @param upOffset of the first of them.
   * @param length a multiple of the width of a vector.
   */
  void gate(
      final float[] gates,
      final int offset,
      final float[] ups,
      final int upOffset,
      final int length) {
    final FloatVector ln2High = FloatVector.broadcast(LANES, -LN2_HIGH);
    final FloatVector ln2Low = FloatVector.broadcast(LANES, -LN2_LOW);
    for (int i = 0; i < length; i += WIDTH) {
      final FloatVector g = FloatVector.fromArray(LANES, gates, offset + i);
      final FloatVector x = g.neg().max(SMALLEST).min(LARGEST);
      final FloatVector shifted = x.fma(LOG2_E, ROUND);
      final FloatVector whole = shifted.sub(ROUND);
      final FloatVector r = whole.fma(ln2Low, whole.fma(ln2High, x));
      final FloatVector p5 = r.fma(1.9875691500e-4f, 1.3981999507e-3f);
      final FloatVector p4 = p5.fma(r, FloatVector.broadcast(LANES, 8.3334519073e-3f));
      final FloatVector p3 = p4.fma(r, FloatVector.broadcast(LANES, 4.1665795894e-2f));
      final FloatVector p2 = p3.fma(r, FloatVector.broadcast(LANES, 1.6666665459e-1f));
      final FloatVector p1 = p2.fma(r, FloatVector.broadcast(LANES, 5.0000001201e-1f));
      final FloatVector p = p1.fma(r.mul(r), r).add(1f);
      final IntVector power = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
      final FloatVector e = p.reinterpretAsInts().add(power).reinterpretAsFloats();
      final FloatVector u = FloatVector.fromArray(LANES, ups, upOffset + i);
      g.div(e.add(1f)).mul(u).intoArray(gates, offset + i);
    }
  }

  /** Rounds to the nearest bf16, to the even one of two; its bits are the low ones of each lane. */
  private static IntVector rounded(final float[] from, final int offset) {
    final FloatVector value = FloatVector.fromArray(LANES, from, offset);
    final IntVector bits = value.reinterpretAsInts();
    final IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
    return bits.add(odd)
        .add(0x7FFF)
        .lanewise(VectorOperators.LSHR, 16)
        .blend(NAN, value.test(VectorOperators.IS_NAN).cast(bits.species()));
  }

  /**
   * Rounds values to bf16.
   *
   * @param from array.
   * @param offset of the first value in it.
   * @param to array of bf16.
   * @param at where the first goes.
   * @param count of values.
   */
  static void round(
      final float[] from, final int offset, final short[] to, final int at, final int count) {
    int i = 0;
    for (; i + WIDTH <= count; i += WIDTH) {
      final var halves = rounded(from, offset + i).convertShape(VectorOperators.I2S, HALVES, 0);
      ((ShortVector) halves).intoArray(to, at + i);
    }
    for (; i < count; i++) {
      to[at + i] = TensorType.toBf16(from[offset + i]);
    }
  }

  /**
   * Rounds values to bf16 and widens them again.
   *
   * @param from array.
   * @param offset of the first value in it.
   * @param to array of floats.
   * @param at where the first goes.
   * @param count of values.
   */
  static void round(
      final float[] from, final int offset, final float[] to, final int at, final int count) {
    int i = 0;
    for (; i + WIDTH <= count; i += WIDTH) {
      final IntVector wide = rounded(from, offset + i).lanewise(VectorOperators.LSHL, 16);
      wide.reinterpretAsFloats().intoArray(to, at + i);
    }
    for (; i < count; i++) {
      to[at + i] = Float.intBitsToFloat(TensorType.toBf16(from[offset + i]) << 16);
    }
  }
}
