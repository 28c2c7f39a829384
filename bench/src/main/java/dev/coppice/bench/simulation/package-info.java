/**
 * Draws groups from small worlds whose policy gradient is known, and says what every estimator makes of
 * them.
 *
 * <p>Read in this order: {@link dev.coppice.bench.simulation.KnownWorld}, {@link
 * dev.coppice.bench.simulation.SimulatedGroup}, {@link dev.coppice.bench.simulation.CreditSimulation}.
 */
package dev.coppice.bench.simulation;
