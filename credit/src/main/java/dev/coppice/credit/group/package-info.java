/**
 * Scores whole trajectories against their group; a shared node gets the mean over its leaves.
 *
 * <p>Read in this order: {@link dev.coppice.credit.group.Grpo}, {@link
 * dev.coppice.credit.group.DrGrpo}, {@link dev.coppice.credit.group.Rloo}, {@link
 * dev.coppice.credit.group.TreeGrpo}, {@link dev.coppice.credit.group.TreePo}, {@link
 * dev.coppice.credit.group.Arpo}.
 */
package dev.coppice.credit.group;
