/**
 * Wrappers of task sets and worlds that pass everything on, to be extended by those that change one
 * thing: faults, recordings, simulations.
 *
 * <p>Read in this order: {@link dev.coppice.environments.forwarding.ForwardingTaskset}, {@link
 * dev.coppice.environments.forwarding.ForwardingWorld}.
 */
package dev.coppice.environments.forwarding;
