/**
 * Matrix kernels written as machine code, and what the parts between them need.
 *
 * <pre>
 *   Linears <- PanelLinears -> Panels (weights), InputRows (inputs), WorkerPool (threads)
 *                 -> TileKernels (calls)   -> TileCode (what), in the way PanelFormat says
 *   AttentionKernels (calls)               -> AttentionCode (what)
 *                                             both by package machine
 * </pre>
 *
 * <p>Read in this order: {@link dev.coppice.decoder.kernel.Linears}, {@link
 * dev.coppice.decoder.kernel.PanelLinears}, {@link dev.coppice.decoder.kernel.WorkerPool}.
 */
package dev.coppice.decoder.kernel;
