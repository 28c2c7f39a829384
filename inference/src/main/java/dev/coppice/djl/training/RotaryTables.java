package dev.coppice.djl.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/**
 * Makes the constants of the rotary position embedding in Hugging Face's half-rotation.
 *
 * <p>{@code rope(x, p)[i] = x[i] cos(p f_i) + rotated(x)[i] sin(p f_i)} with {@code f_i =
 * theta^(-2 (i mod D/2) / D)}, where {@code rotated(x)} is the second half of x negated, then the
 * first half. Turning is a product with a constant matrix, as that has a cheap gradient.
 *
 * @thread immutable, any thread
 */
final class RotaryTables {
  private final int headSize;
  private final double theta;

  RotaryTables(LlamaShape shape) {
    this.headSize = shape.headSize();
    this.theta = shape.ropeTheta();
  }

  /** Makes the cosines of some positions times a scale. @shape [count, D] */
  NDArray cos(NDManager manager, int from, int count, double scale) {
    float[] table = new float[count * headSize];
    for (int i = 0; i < table.length; i++) {
      table[i] = (float) (scale * Math.cos(angle(from, i)));
    }
    return manager.create(table, new Shape(count, headSize));
  }

  /** Makes the sines of some positions times a scale. @shape [count, D] */
  NDArray sin(NDManager manager, int from, int count, double scale) {
    float[] table = new float[count * headSize];
    for (int i = 0; i < table.length; i++) {
      table[i] = (float) (scale * Math.sin(angle(from, i)));
    }
    return manager.create(table, new Shape(count, headSize));
  }

  /** Makes the matrix R with {@code x R = rotated(x)}. @shape [D, D] */
  NDArray rotation(NDManager manager) {
    int half = headSize / 2;
    float[] matrix = new float[headSize * headSize];
    for (int i = 0; i < half; i++) {
      matrix[(i + half) * headSize + i] = -1f;
      matrix[i * headSize + i + half] = 1f;
    }
    return manager.create(matrix, new Shape(headSize, headSize));
  }

  private double angle(int from, int cell) {
    int position = from + cell / headSize;
    int frequency = cell % headSize % (headSize / 2);
    return position * Math.pow(theta, -2.0 * frequency / headSize);
  }
}
