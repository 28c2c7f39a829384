/**
 * Whole sequences on one backend, without an engine: scoring, generating, measuring.
 *
 * <p>Read in this order: {@link dev.coppice.djl.decode.Scorer}, {@link
 * dev.coppice.djl.decode.Generator}, {@link dev.coppice.djl.decode.DecodeBench}.
 */
package dev.coppice.djl.decode;
