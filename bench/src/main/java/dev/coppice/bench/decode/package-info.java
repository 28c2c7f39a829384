/**
 * Decoding speed of one backend, measured without an engine: branches of one prefix in several
 * layouts.
 *
 * <p>Read in this order: {@link dev.coppice.bench.decode.BenchCell}, {@link
 * dev.coppice.bench.decode.BenchLayout}, {@link dev.coppice.bench.decode.DecodeBench}, {@link
 * dev.coppice.bench.decode.BenchResult}.
 */
package dev.coppice.bench.decode;
