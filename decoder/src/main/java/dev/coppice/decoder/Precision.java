package dev.coppice.decoder;

import java.util.List;

/**
 * Holds in which numbers a model is computed; all sums are f32 in any.
 *
 * @param dtype of the weights of linear layers: {@code f32} or {@code bf16}.
 * @param bf16Inputs of linear layers in bf16: {@code rounded} to bf16, {@code exact} in f32, or
 *     {@code auto}: rounded where the processor multiplies pairs of bf16 faster than floats.
 * @param kv type of the keys and values that are kept: {@code f32}, {@code f16}, or {@code auto}: f32
 *     for f32, f16 for bf16.
 */
public record Precision(String dtype, String bf16Inputs, String kv) {
  static final List<String> DTYPES = List.of("f32", "bf16");
  static final List<String> INPUTS = List.of("auto", "rounded", "exact");
  static final List<String> KV_TYPES = List.of("auto", "f32", "f16");

  /** Checks the values. */
  public Precision {
    require("dtype", dtype, DTYPES);
    require("bf16-inputs", bf16Inputs, INPUTS);
    require("kv-dtype", kv, KV_TYPES);
    if (dtype.equals("f32") && !bf16Inputs.equals("auto")) {
      throw new IllegalArgumentException(
          "bf16-inputs is for dtype = bf16; with f32 nothing is rounded: bf16-inputs="
              + bf16Inputs);
    }
  }

  private static void require(final String name, final String value, final List<String> known) {
    if (!known.contains(value)) {
      throw new IllegalArgumentException(
          name + " must be one of " + String.join(", ", known) + ": " + name + "=" + value);
    }
  }

  /**
   * Returns what a type alone says.
   *
   * @param dtype {@code f32} or {@code bf16}.
   * @return the type with everything else as the machine and the type suggest.
   */
  public static Precision of(final String dtype) {
    return new Precision(dtype, "auto", "auto");
  }

  /** Says whether the weights of linear layers are bf16. */
  boolean bf16() {
    return dtype.equals("bf16");
  }

  /** Says whether keys and values are kept as half floats. */
  boolean halfKv() {
    return kv.equals("auto") ? bf16() : kv.equals("f16");
  }
}
