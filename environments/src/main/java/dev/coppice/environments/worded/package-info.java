/**
 * Environments with words of their own for calls, as worlds of tools: so their results can be
 * recorded, replayed, imagined and broken like those of any world.
 *
 * <p>Read in this order: {@link dev.coppice.environments.worded.WordedTasks}.
 */
package dev.coppice.environments.worded;
