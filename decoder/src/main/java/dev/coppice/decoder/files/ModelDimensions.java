package dev.coppice.decoder.files;

/**
 * Holds the sizes of a decoder apart from attention.
 *
 * @param hiddenSize width of the residual stream.
 * @param intermediateSize width of the gated layer.
 * @param layers number of blocks.
 * @param vocabularySize number of tokens.
 * @param contextTokens largest number of tokens in one sequence.
 */
public record ModelDimensions(
    int hiddenSize, int intermediateSize, int layers, int vocabularySize, int contextTokens) {}
