/**
 * The port to tool worlds: environments, episodes that fork, and what a call comes back with.
 *
 * <p>Read in this order: {@link dev.coppice.environment.Environment}, {@link
 * dev.coppice.environment.Episode}, {@link dev.coppice.environment.Dialect}, {@link
 * dev.coppice.environment.Observation}, {@link dev.coppice.environment.Score}.
 */
package dev.coppice.environment;
