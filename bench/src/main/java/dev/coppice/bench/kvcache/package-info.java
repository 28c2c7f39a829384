/**
 * Measures of the prefix cache on one thread, without a model.
 *
 * <p>Read in this order: {@link dev.coppice.bench.kvcache.CacheFixture},
 * {@link dev.coppice.bench.kvcache.ForkBenchmark},
 * {@link dev.coppice.bench.kvcache.MatchBenchmark},
 * {@link dev.coppice.bench.kvcache.EvictionBenchmark},
 * {@link dev.coppice.bench.kvcache.BranchesBenchmark}.
 */
package dev.coppice.bench.kvcache;
