/**
 * Trains a small Llama-style decoder on demonstrations with DJL's automatic differentiation, and
 * samples from it to see what it can do.
 *
 * <p>Knows tokens and weights, not tasks. Read in this order: {@link
 * dev.coppice.djl.training.DemonstrationSource}, {@link
 * dev.coppice.djl.training.SupervisedTrainer}, {@code LlamaForward}, {@code AdamW}, {@link
 * dev.coppice.djl.training.BatchSampler}.
 */
package dev.coppice.djl.training;
