/**
 * Benchmarks of the embedded backend: forward passes by batch size.
 *
 * <p>Read in this order: {@link dev.coppice.bench.forward.ForwardStepBenchmark}.
 */
package dev.coppice.bench.forward;
