package dev.coppice.decoder.attention;

import dev.coppice.decoder.files.RopeSettings;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Turns queries and keys by their position, in the half rotation of Hugging Face.
 *
 * <p>{@code y[i] = x[i] cos - x[i+D/2] sin}, {@code y[i+D/2] = x[i+D/2] cos + x[i] sin}. The
 * angles are products in single precision, as transformers computes them.
 *
 * @shape sines and cosines float[positions * D/2], grown as positions are met.
 * @thread one at a time; different heads may be turned at once.
 */
public final class RopeTable {
  private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
  private static final int WIDTH = LANES.length();

  private final float[] frequencies;
  private final int half;
  private float[] cosines = new float[0];
  private float[] sines = new float[0];
  private int positions;

  /**
   * Begins an empty table.
   *
   * @param settings of the angles.
   * @param headDim size of one head.
   */
  public RopeTable(final RopeSettings settings, final int headDim) {
    frequencies = settings.inverseFrequencies(headDim);
    half = headDim / 2;
  }

  /**
   * Computes the table up to a position.
   *
   * @param wanted the number of positions.
   */
  public void grow(final int wanted) {
    if (wanted <= positions) {
      return;
    }
    final int next = Math.max(wanted, positions * 2);
    cosines = Arrays.copyOf(cosines, next * half);
    sines = Arrays.copyOf(sines, next * half);
    for (int p = positions; p < next; p++) {
      for (int i = 0; i < half; i++) {
        final float angle = p * frequencies[i];
        cosines[p * half + i] = (float) Math.cos(angle);
        sines[p * half + i] = (float) Math.sin(angle);
      }
    }
    positions = next;
  }

  /**
   * Turns one head.
   *
   * @param x the array, changed in place.
   * @param offset of the head.
   * @param position of the token; the table must reach it.
   */
  public void turn(final float[] x, final int offset, final int position) {
    final int table = position * half;
    int i = 0;
    for (; i + WIDTH <= half; i += WIDTH) {
      final FloatVector cos = FloatVector.fromArray(LANES, cosines, table + i);
      final FloatVector sin = FloatVector.fromArray(LANES, sines, table + i);
      final FloatVector a = FloatVector.fromArray(LANES, x, offset + i);
      final FloatVector b = FloatVector.fromArray(LANES, x, offset + half + i);
      a.mul(cos).sub(b.mul(sin)).intoArray(x, offset + i);
      b.mul(cos).add(a.mul(sin)).intoArray(x, offset + half + i);
    }
    for (; i < half; i++) {
      final float cos = cosines[table + i];
      final float sin = sines[table + i];
      final float a = x[offset + i];
      final float b = x[offset + half + i];
      x[offset + i] = a * cos - b * sin;
      x[offset + half + i] = b * cos + a * sin;
    }
  }
}
