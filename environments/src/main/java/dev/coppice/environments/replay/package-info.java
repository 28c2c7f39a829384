/**
 * A policy without weights: a backend whose keys and values are the tokens themselves, and scripts
 * that it replays around real tools.
 *
 * <p>Read in this order: {@link dev.coppice.decoder.batch.PathBackend}, {@link
 * dev.coppice.model.PathPolicy}, {@link
 * dev.coppice.environments.replay.ReplayPolicy}, {@link
 * dev.coppice.environments.replay.ReplayScript}.
 */
package dev.coppice.environments.replay;
