/**
 * Modes over any world: results are recorded, replayed without their tools, or imagined by a model.
 *
 * <p>Read in this order: {@link dev.coppice.environments.record.WorldMode}, {@link
 * dev.coppice.environments.record.RecordingTasks}, {@link
 * dev.coppice.environments.record.RecordedTasks}, {@link
 * dev.coppice.environments.record.SimulatedTasks}, {@link
 * dev.coppice.environments.record.ResultStore}.
 */
package dev.coppice.environments.record;
