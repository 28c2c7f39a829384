/**
 * Environments with words of their own for calls, as worlds of tools: so their results can be
 * recorded, replayed, simulated and broken like those of any world.
 *
 * <p>Read in this order: {@link dev.coppice.environments.text.TextTaskset}.
 */
package dev.coppice.environments.text;
