/**
 * Runs the engine for hours on a real model, and looks whether memory stays flat and every token
 * exact.
 *
 * <p>Read in this order: {@link dev.coppice.bench.soak.Soak}, SoakRound, ColdRecomputation, MemoryGauge.
 */
package dev.coppice.bench.soak;
