/**
 * Broken tools on purpose: any world, with faults injected by seed.
 *
 * <p>Read in this order: {@link dev.coppice.environments.fault.FaultyTaskset}, {@link
 * dev.coppice.environments.fault.FaultPlan}, {@link dev.coppice.environments.fault.Fault}.
 */
package dev.coppice.environments.fault;
