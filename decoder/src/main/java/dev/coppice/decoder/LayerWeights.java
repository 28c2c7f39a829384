package dev.coppice.decoder;

import dev.coppice.decoder.kernel.PackedLayer;

/**
 * Holds the weights of one block.
 *
 * @param attentionNorm scale before attention.
 * @param queryNorm scale per query head dimension, or null.
 * @param keyNorm scale per key head dimension, or null.
 * @param projections queries, keys and values in one layer; then the output projection.
 * @param feedForwardNorm scale before the gated layer.
 * @param gated gate, up and down.
 */
record LayerWeights(
    float[] attentionNorm,
    float[] queryNorm,
    float[] keyNorm,
    PackedLayer[] projections,
    float[] feedForwardNorm,
    PackedLayer[] gated) {}
