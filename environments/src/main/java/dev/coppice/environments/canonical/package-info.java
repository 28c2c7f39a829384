/**
 * What every episode of this module needs: canonical JSON, digests of states, and the rule that
 * tells a policy's own truncation from the engine's.
 *
 * <p>Read in this order: {@link dev.coppice.environments.canonical.ValuedEpisode}, {@link
 * dev.coppice.environments.canonical.StateDigest}, {@link
 * dev.coppice.environments.canonical.CanonicalJson}, {@link
 * dev.coppice.environments.canonical.Truncation}.
 */
package dev.coppice.environments.canonical;
