/**
 * The embedded backend: a decoder of the Llama family on Deep Java Library.
 *
 * <pre>
 *   DjlBackend -> Slab (which tokens) -> Decoder -> Linears          machine code, or oneDNN
 *                                                -> PagedAttention   machine code, or Java
 * </pre>
 *
 * <p>Read in this order: {@link dev.coppice.djl.DjlBackend}, {@link dev.coppice.djl.Decoder},
 * {@link dev.coppice.djl.kernel.Linears}, then the package attention.
 */
package dev.coppice.djl;
