package dev.coppice.decoder.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Computes linear layers on weights packed once.
 *
 * <p>A row gets the same bits whatever the number of rows beside it.
 *
 * @shape in float[rows][inputs], out float[rows][outputs].
 * @thread one at a time.
 */
public interface Linears extends AutoCloseable {
  /**
   * Packs a layer.
   *
   * @param weight of {@code outputs x inputs} floats, no longer needed afterwards.
   * @param outputs of the layer.
   * @param inputs of the layer.
   * @param bias of {@code outputs} floats, or null.
   * @return the layer; the caller closes it.
   */
  PackedLayer pack(MemorySegment weight, int outputs, int inputs, MemorySegment bias);

  /**
   * Applies one layer: {@code out = in W' + b}.
   *
   * @param layer to apply.
   * @param in rows, from the start of the array.
   * @param out rows.
   * @param outOffset of the first row.
   * @param rows the number of them.
   */
  void apply(PackedLayer layer, float[] in, float[] out, int outOffset, int rows);

  /**
   * Applies the gated layers: {@code out = (silu(in G') * (in U')) D'}.
   *
   * @param layers G, U and D.
   * @param in rows, from the start of the array.
   * @param out rows, from the start of the array.
   * @param rows the number of them.
   */
  void applyGated(PackedLayer[] layers, float[] in, float[] out, int rows);

  /** Frees what is held beside packed layers. */
  @Override
  void close();
}
