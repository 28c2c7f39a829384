/**
 * The data of a rollout: trees of token segments, their tool calls, leaves and groups.
 *
 * <p>A leaf package: it imports nothing of ours, so that credit stays arithmetic over arrays.
 *
 * <p>Read in this order: {@link dev.coppice.trajectory.TrajectoryNode}, {@link
 * dev.coppice.trajectory.TrajectoryTree}, {@link dev.coppice.trajectory.Leaf}, {@link
 * dev.coppice.trajectory.TrajectoryGroup}.
 */
package dev.coppice.trajectory;
