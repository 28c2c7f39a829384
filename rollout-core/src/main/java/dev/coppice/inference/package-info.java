/**
 * The ports to models: backends that compute logits over paged blocks, tokenizers, and the sampler.
 *
 * <p>Read in this order: {@link dev.coppice.inference.InferenceBackend}, {@link
 * dev.coppice.inference.ForwardBatch}, {@link dev.coppice.inference.Sampler}, {@link
 * dev.coppice.inference.Tokenizer}.
 */
package dev.coppice.inference;
