/**
 * Decoding speed of one backend, measured without an engine: branches of one prefix in several
 * layouts.
 *
 * <p>Read in this order: {@link dev.coppice.djl.bench.BenchCell}, {@link
 * dev.coppice.djl.bench.BenchLayout}, {@link dev.coppice.djl.bench.DecodeBench}, {@link
 * dev.coppice.djl.bench.BenchResult}.
 */
package dev.coppice.djl.bench;
