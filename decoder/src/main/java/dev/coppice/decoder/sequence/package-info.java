/**
 * Whole sequences on one backend, without an engine: scoring and generating.
 *
 * <p>Read in this order: {@link dev.coppice.decoder.sequence.Scorer}, {@link
 * dev.coppice.decoder.sequence.Generator}.
 */
package dev.coppice.decoder.sequence;
