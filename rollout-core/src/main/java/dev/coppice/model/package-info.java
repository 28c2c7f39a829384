/**
 * The ports to models: backends that compute logits over paged blocks, tokenizers, and the sampler.
 *
 * <p>Read in this order: {@link dev.coppice.model.InferenceBackend}, {@link
 * dev.coppice.model.ForwardBatch}, {@link dev.coppice.model.Sampler}, {@link
 * dev.coppice.model.Tokenizer}.
 */
package dev.coppice.model;
