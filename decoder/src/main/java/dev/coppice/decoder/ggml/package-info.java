/**
 * GGUF files as models: their configuration, and their tensors widened to f32.
 *
 * <p>Read in this order: {@link dev.coppice.decoder.ggml.GgufConfig}, {@link
 * dev.coppice.decoder.ggml.GgufWeights}, {@link dev.coppice.decoder.ggml.BlockReader}.
 */
package dev.coppice.decoder.ggml;
