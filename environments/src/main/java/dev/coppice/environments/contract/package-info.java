/**
 * Tries whether a world keeps the contract of {@link dev.coppice.environments.toolworld.ToolWorld}: random
 * forks and calls, compared with fresh worlds that take the same paths.
 *
 * <p>Read in this order: {@link dev.coppice.environments.contract.WorldCheck}, {@link
 * dev.coppice.environments.contract.CheckReport}, {@link dev.coppice.environments.contract.Script},
 * {@link dev.coppice.environments.contract.ScriptPlayer}.
 */
package dev.coppice.environments.contract;
