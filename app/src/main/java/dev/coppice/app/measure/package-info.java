/**
 * The command that measures the embedded decoder.
 *
 * <p>Read in this order: {@link dev.coppice.app.measure.DecodeBenchCommand}, {@link
 * dev.coppice.app.measure.RandomShapes}, {@link dev.coppice.app.measure.DecodeTable}.
 */
package dev.coppice.app.measure;
