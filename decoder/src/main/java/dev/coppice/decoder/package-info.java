/**
 * The embedded backend: a decoder of the Llama family on Deep Java Library.
 *
 * <pre>
 *   DecoderBackend -> Slab (which tokens) -> Decoder -> Linears          machine code, or oneDNN
 *                                                -> PagedAttention   machine code, or Java
 * </pre>
 *
 * <p>Read in this order: {@link dev.coppice.decoder.DecoderBackend}, {@link dev.coppice.decoder.Decoder},
 * {@link dev.coppice.decoder.kernel.Linears}, then the package attention.
 */
package dev.coppice.decoder;
