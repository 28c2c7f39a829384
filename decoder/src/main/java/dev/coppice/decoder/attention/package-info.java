/**
 * Attention over paged keys and values, in one order of operations per row.
 *
 * <pre>
 *   Slab (tokens, positions, blocks) -> AttentionPlan (rectangles of rows and blocks)
 *     -> HeadAttention, a head per thread: AttentionProducts, RowMath, over KvPool
 *          KernelProducts   machine code
 *          VectorProducts   the vector API: ScoreKernel, WeighKernel
 * </pre>
 *
 * <p>Read in this order: {@link dev.coppice.decoder.attention.PagedAttention}, {@link
 * dev.coppice.decoder.attention.KvPool}, {@link dev.coppice.decoder.attention.Slab}.
 */
package dev.coppice.decoder.attention;
