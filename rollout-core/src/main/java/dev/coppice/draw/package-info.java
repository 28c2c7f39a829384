/**
 * Randomness that depends on nobody else: which number decides which token of which sample.
 *
 * <p>{@link dev.coppice.draw.CounterRandom} hashes keys and positions, {@link
 * dev.coppice.draw.DrawKey} names the keys of branches, {@link dev.coppice.draw.Copies} those of the
 * samples that share a path, and {@link dev.coppice.draw.Division} how they are divided.
 */
package dev.coppice.draw;
