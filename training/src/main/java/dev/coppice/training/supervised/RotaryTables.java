package dev.coppice.training.supervised;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.coppice.decoder.files.RopeSettings;
import java.util.function.DoubleUnaryOperator;

/**
 * Makes the constants of the rotary position embedding in Hugging Face's half-rotation.
 *
 * <p>{@code rope(x, p)[i] = x[i] cos(p f_i) + rotated(x)[i] sin(p f_i)} with {@code f_i =
 * theta^(-2 (i mod D/2) / D)}, or what the scaling of {@link RopeSettings} makes of it, where
 * {@code rotated(x)} is the second half of x negated, then the first half. Turning is a product with
 * a constant matrix, as that has a cheap gradient.
 *
 * @thread immutable, any thread
 */
public final class RotaryTables {
  private final int headSize;
  private final double[] frequencies;
  private final double[] cosines;
  private final double[] sines;

  /**
   * Prepares the tables of one shape.
   *
   * @param shape of the decoder.
   */
  public RotaryTables(final LlamaShape shape) {
    this.headSize = shape.headSize();
    this.frequencies = frequencies(shape.rope(), headSize);
    this.cosines = new double[shape.maxPositions() * headSize];
    this.sines = new double[cosines.length];
    for (int i = 0; i < cosines.length; i++) {
      cosines[i] = Math.cos(angle(0, i));
      sines[i] = Math.sin(angle(0, i));
    }
  }

  private static double[] frequencies(final RopeSettings rope, final int headSize) {
    final boolean scaled = rope.type().equals("linear") || rope.type().equals("llama3");
    final float[] singles = rope.inverseFrequencies(headSize);
    final double[] frequencies = new double[singles.length];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = scaled ? singles[i] : Math.pow(rope.theta(), -2.0 * i / headSize);
    }
    return frequencies;
  }

  /** Makes the cosines of some positions times a scale. @shape [count, D] */
  NDArray cos(final NDManager manager, final int from, final int count, final double scale) {
    final float[] table = new float[count * headSize];
    for (int i = 0; i < table.length; i++) {
      table[i] = (float) (scale * Math.cos(angle(from, i)));
    }
    return manager.create(table, new Shape(count, headSize));
  }

  /** Makes the sines of some positions times a scale. @shape [count, D] */
  NDArray sin(final NDManager manager, final int from, final int count, final double scale) {
    final float[] table = new float[count * headSize];
    for (int i = 0; i < table.length; i++) {
      table[i] = (float) (scale * Math.sin(angle(from, i)));
    }
    return manager.create(table, new Shape(count, headSize));
  }

  /**
   * Makes the cosines of listed positions times a scale, for all heads alike.
   *
   * @param manager that owns the table.
   * @param positions of the rows, from 0; also behind the shape's longest sequence, where the last
   *     token of a rollout that fills the context lies.
   * @param scale of every value.
   * @return a table [rows, 1, D].
   */
  public NDArray cosAt(final NDManager manager, final int[] positions, final double scale) {
    return listed(manager, positions, cosines, Math::cos, scale);
  }

  /**
   * Makes the sines of listed positions times a scale, for all heads alike.
   *
   * @param manager that owns the table.
   * @param positions of the rows, from 0; also behind the shape's longest sequence, where the last
   *     token of a rollout that fills the context lies.
   * @param scale of every value.
   * @return a table [rows, 1, D].
   */
  public NDArray sinAt(final NDManager manager, final int[] positions, final double scale) {
    return listed(manager, positions, sines, Math::sin, scale);
  }

  /** Looks positions up; one behind the context, as of a last token never fed, is computed. */
  private NDArray listed(
      final NDManager manager,
      final int[] positions,
      final double[] known,
      final DoubleUnaryOperator wave,
      final double scale) {
    final float[] table = new float[positions.length * headSize];
    for (int i = 0; i < table.length; i++) {
      final int cell = positions[i / headSize] * headSize + i % headSize;
      final double value = cell < known.length ? known[cell] : wave.applyAsDouble(angle(0, cell));
      table[i] = (float) (scale * value);
    }
    return manager.create(table, new Shape(positions.length, 1, headSize));
  }

  /**
   * Makes the matrix R with {@code x R = rotated(x)}.
   *
   * @param manager that owns the matrix.
   * @return a matrix [D, D].
   */
  public NDArray rotation(final NDManager manager) {
    final int half = headSize / 2;
    final float[] matrix = new float[headSize * headSize];
    for (int i = 0; i < half; i++) {
      matrix[(i + half) * headSize + i] = -1f;
      matrix[i * headSize + i + half] = 1f;
    }
    return manager.create(matrix, new Shape(headSize, headSize));
  }

  private double angle(final int from, final int cell) {
    final int position = from + cell / headSize;
    return position * frequencies[cell % headSize % frequencies.length];
  }
}
