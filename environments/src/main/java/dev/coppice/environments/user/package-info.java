/**
 * Users who are simulated: what they say belongs to the world, forks with it, and only they know their
 * script.
 *
 * <p>Read in this order: {@link dev.coppice.environments.user.SimulatedUser}, {@link
 * dev.coppice.environments.user.UserTaskset}, {@code UserWorld}, {@link
 * dev.coppice.environments.user.RecitingUser}.
 */
package dev.coppice.environments.user;
