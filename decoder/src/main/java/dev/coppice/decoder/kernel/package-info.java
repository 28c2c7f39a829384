/**
 * Matrix kernels written as machine code, and what the parts between them need.
 *
 * <pre>
 *   Linears <- PanelLinears -> Panels (weights), WorkerPool (threads)
 *                 -> TileKernels (calls) -> MappedMemory (where) -> TileCode, Assembler (what)
 *   AttentionKernels (calls)             -> MappedMemory (where) -> AttentionCode, Assembler (what)
 * </pre>
 *
 * <p>Read in this order: {@link dev.coppice.decoder.kernel.Linears}, {@link
 * dev.coppice.decoder.kernel.PanelLinears}, {@link dev.coppice.decoder.kernel.WorkerPool}.
 */
package dev.coppice.decoder.kernel;
