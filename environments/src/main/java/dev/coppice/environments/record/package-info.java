/**
 * Modes over any world: results are recorded, replayed without their tools, or simulated by a model.
 *
 * <p>Read in this order: {@link dev.coppice.environments.record.WorldMode}, {@link
 * dev.coppice.environments.record.RecordingTaskset}, {@link
 * dev.coppice.environments.record.RecordedTaskset}, {@link
 * dev.coppice.environments.record.SimulatedTaskset}, {@link
 * dev.coppice.environments.record.ResultStore}.
 */
package dev.coppice.environments.record;
