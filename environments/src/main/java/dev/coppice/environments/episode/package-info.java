/**
 * What every episode of this module needs: canonical JSON, digests of states, and the rule that
 * tells a policy's own truncation from the engine's.
 *
 * <p>Read in this order: {@link dev.coppice.environments.episode.ValuedEpisode}, {@link
 * dev.coppice.environments.episode.StateDigest}, {@link
 * dev.coppice.environments.episode.CanonicalJson}, {@link
 * dev.coppice.environments.episode.Truncation}.
 */
package dev.coppice.environments.episode;
