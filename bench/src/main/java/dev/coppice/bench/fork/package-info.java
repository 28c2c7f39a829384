/**
 * What it costs to fork a world of tools.
 *
 * <p>Read in this order: {@link dev.coppice.bench.fork.WorldForkBenchmark}.
 */
package dev.coppice.bench.fork;
