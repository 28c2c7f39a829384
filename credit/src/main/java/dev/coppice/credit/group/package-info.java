/**
 * Scores whole trajectories against their group; a shared node gets the mean over its leaves.
 *
 * <p>Read in this order: {@link dev.coppice.credit.group.Grpo}, {@link
 * dev.coppice.credit.group.TreeGrpo}.
 */
package dev.coppice.credit.group;
