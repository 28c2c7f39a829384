/**
 * Whole sequences on one backend, without an engine: scoring and generating.
 *
 * <p>Read in this order: {@link dev.coppice.djl.decode.Scorer}, {@link
 * dev.coppice.djl.decode.Generator}.
 */
package dev.coppice.djl.decode;
