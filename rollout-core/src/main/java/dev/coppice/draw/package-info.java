/**
 * Randomness that depends on nobody else: which number decides which token of which sample.
 *
 * <p>{@link dev.coppice.draw.CounterRandom} hashes keys and positions, {@link
 * dev.coppice.draw.DrawKey} names the keys of branches, {@link dev.coppice.draw.Copies} those of the
 * samples that share a path, and {@link dev.coppice.draw.Division} how they are divided.
 *
 * <p>Where samples go from here: {@link dev.coppice.model.Work} carries their copies to the runner, whose
 * row has the draws of each; {@code core.Parts} sorts the row into the branches that go on with them; a
 * node counts them as its {@link dev.coppice.trajectory.TrajectoryNode#draws()}, which traces, wire
 * and credit read.
 */
package dev.coppice.draw;
