/**
 * What an engine is asked for, what it is configured with, and what it delivers.
 *
 * <p>Read in this order: {@link dev.coppice.rollout.GroupRequest}, {@link
 * dev.coppice.rollout.EngineConfig}, {@link dev.coppice.rollout.GroupResult}.
 */
package dev.coppice.rollout;
