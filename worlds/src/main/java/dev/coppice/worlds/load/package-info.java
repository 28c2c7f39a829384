/**
 * Recorded rollouts as a load: their turns, token counts and tool gaps drive the scheduler and the
 * prefix cache, and no model is needed.
 *
 * <p>Read in this order: {@link dev.coppice.worlds.load.LoadEnvironment}, then
 * RolloutFiles, ChunkTokenizer, LoadPolicy.
 */
package dev.coppice.worlds.load;
