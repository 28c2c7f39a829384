package dev.coppice.decoder.kernel;

/**
 * Names how the weights of a panel lie and what multiplies them.
 *
 * <pre>
 *   FLOATS            panel | input k              | 64 floats
 *   WIDENED, ORDERED  panel | input k              | 32 pairs of bf16: outputs j, j + 16 of each half
 *   PAIRS             panel | inputs 2p and 2p + 1 | 64 pairs of bf16: the two weights of an output
 * </pre>
 *
 * <p>{@code PAIRS} and {@code ORDERED} give the same bits: inputs rounded to bf16, an odd input
 * before the even one below it, {@code fma(x0, w0, fma(x1, w1, sum))}, denormals taken for zeros.
 */
public enum PanelFormat {
  /** Floats. */
  FLOATS(1, 256, Float.BYTES),
  /** Weights of bf16, widened in registers; inputs stay as they are. */
  WIDENED(1, 128, Float.BYTES),
  /** The same with inputs rounded, in the order of {@link #PAIRS}. */
  ORDERED(1, 128, Float.BYTES),
  /** Weights and inputs of bf16, multiplied in pairs by the processor (avx512_bf16). */
  PAIRS(2, 256, Short.BYTES);

  private final int together;
  private final int stepBytes;
  private final int inputBytes;

  PanelFormat(final int together, final int stepBytes, final int inputBytes) {
    this.together = together;
    this.stepBytes = stepBytes;
    this.inputBytes = inputBytes;
  }

  /** Returns the steps that a row of inputs takes. */
  int steps(final int inputs) {
    return (inputs + together - 1) / together;
  }

  /** Returns the inputs of a step. */
  int together() {
    return together;
  }

  /** Returns the bytes of the weights of a step. */
  int stepBytes() {
    return stepBytes;
  }

  /** Returns the bytes of an input. */
  int inputBytes() {
    return inputBytes;
  }

  /** Returns the bytes of the inputs of a step. */
  int stepInputBytes() {
    return together * inputBytes;
  }

  /** Says whether weights are widened before they are multiplied. */
  boolean widens() {
    return stepBytes < Float.BYTES * TileCode.COLUMNS;
  }

  /** Says whether inputs are rounded to bf16. */
  boolean rounds() {
    return this == PAIRS || this == ORDERED;
  }
}
