/**
 * What it costs to fork a world of tools.
 *
 * <p>Read in this order: {@link dev.coppice.bench.world.WorldForkBenchmark}.
 */
package dev.coppice.bench.world;
