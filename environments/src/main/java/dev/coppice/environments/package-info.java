/**
 * The entry to the worlds of this module.
 *
 * <p>Read in this order: {@link dev.coppice.environments.Environments}, {@link
 * dev.coppice.environments.EnvironmentConfig}.
 */
package dev.coppice.environments;
