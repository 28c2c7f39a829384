/**
 * Trains a small Llama-style decoder on demonstrations by automatic differentiation, and
 * samples from it to see what it can do.
 *
 * <p>Knows tokens and weights, not tasks. Read in this order: {@link
 * dev.coppice.training.supervised.DemonstrationSource}, {@link
 * dev.coppice.training.supervised.SupervisedTrainer}, {@code LlamaForward}, {@code AdamW}, {@link
 * dev.coppice.training.supervised.BatchSampler}.
 */
package dev.coppice.training.supervised;
