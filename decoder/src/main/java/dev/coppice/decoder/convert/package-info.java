/**
 * Writers of model folders: from llama2.c checkpoints, and with random weights for tests and
 * benchmarks.
 *
 * <p>Read in this order: {@link dev.coppice.decoder.convert.Llama2cConverter}, {@link
 * dev.coppice.decoder.convert.RandomModel}.
 */
package dev.coppice.decoder.convert;
