/**
 * What many answers under way at a time cost this process: a stub in another process streams, the runner of
 * servers reads.
 *
 * <p>Read in this order: {@link dev.coppice.bench.streams.StreamsBenchCommand}, {@link
 * dev.coppice.bench.streams.StreamingStub}.
 */
package dev.coppice.bench.streams;
