/**
 * The entry to environments and worlds of tools, ours and a stranger's.
 *
 * <p>Read in this order: {@link dev.coppice.environments.Environments}, {@link
 * dev.coppice.environments.EnvironmentPlug}, {@link dev.coppice.environments.WorldPlug}, {@link
 * dev.coppice.environments.TaskRequest}.
 */
package dev.coppice.environments;
