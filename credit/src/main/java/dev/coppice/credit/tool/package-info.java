/**
 * Credits tool calls: by a channel over the whole trajectory, and one by one against siblings.
 *
 * <p>Read in this order: {@link dev.coppice.credit.tool.ToolPo}, {@link
 * dev.coppice.credit.tool.CallContrasts}.
 */
package dev.coppice.credit.tool;
