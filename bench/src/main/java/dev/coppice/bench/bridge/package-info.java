/**
 * What the bridge to a trainer carries and how fast.
 *
 * <p>Read in this order: {@link dev.coppice.bench.bridge.BridgeBenchCommand}, LoopbackBridge,
 * BenchGroups.
 */
package dev.coppice.bench.bridge;
