/**
 * The commands that measure the embedded decoder and the bridge to a trainer.
 *
 * <p>Read in this order: {@link dev.coppice.app.measure.DecodeBenchCommand}, {@link
 * dev.coppice.app.measure.RandomShapes}, {@link dev.coppice.app.measure.DecodeTable}, then {@link
 * dev.coppice.app.measure.BridgeBenchCommand} and {@code LoopbackBridge}.
 */
package dev.coppice.app.measure;
