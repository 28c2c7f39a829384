/**
 * Typed tools: schemas are derived from records and methods, arguments are checked, and what does
 * not fit gives an error the policy can read.
 *
 * <p>Read in this order: {@link dev.coppice.environments.tool.Toolbox}, {@link
 * dev.coppice.environments.tool.Tool}, {@link dev.coppice.environments.tool.Argument}, {@link
 * dev.coppice.environments.tool.CallText}, {@link dev.coppice.environments.tool.SeenResults}.
 */
package dev.coppice.environments.tool;
