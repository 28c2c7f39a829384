/**
 * The port to tool worlds: environments, episodes that fork, and what a call comes back with.
 *
 * <p>Read in this order: {@link dev.coppice.episode.Environment}, {@link
 * dev.coppice.episode.Episode}, {@link dev.coppice.episode.Dialect}, {@link
 * dev.coppice.episode.Observation}, {@link dev.coppice.episode.Score}.
 */
package dev.coppice.episode;
